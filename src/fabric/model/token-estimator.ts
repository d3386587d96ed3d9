import type { TokenEstimate, TokenUsage } from '../fabric.js';
import { FadingRegression } from './fading-regression.js';

export interface TokenPrior {
  /** What is in a request besides the prompt, in bytes. */
  readonly constantBytes: number;
  /** What an answer may have at most, or is guessed to have. */
  readonly outputTokens: number;
  /** Where the service keeps to it. */
  readonly maxOutputTokens: number | undefined;
}

/** No text takes more tokens in the tokenizers of today, but for scripts that are rare in their training. */
const BYTES_PER_TOKEN = 3;

/** Below this, a line through the calls says more about chance than about the service. */
const ENOUGH_CALLS = 5;

/**
 * Says what a call will take from the bytes of its prompt, and learns from what calls took. Tokens in and out
 * are estimated separately. It begins with a guess that is too high rather than too low.
 */
export class TokenEstimator {
  readonly #input = new FadingRegression();
  readonly #output = new FadingRegression();
  readonly #total = new FadingRegression();

  constructor(private readonly prior: TokenPrior) {}

  learn(promptBytes: number, { input, output }: TokenUsage): void {
    this.#input.learn(promptBytes, input);
    this.#output.learn(promptBytes, output);
    this.#total.learn(promptBytes, input + output);
  }

  estimate(promptBytes: number): TokenEstimate {
    const { calls } = this.#input;
    if (calls === 0) {
      const { constantBytes, outputTokens } = this.prior;
      return guess((constantBytes + promptBytes) / BYTES_PER_TOKEN, outputTokens);
    }
    if (calls < ENOUGH_CALLS) {
      const share = this.#input.meanX > 0 ? promptBytes / this.#input.meanX : 1;
      return guess(this.#input.meanY * share, this.#output.meanY);
    }
    return {
      input: tokens(this.#input.predict(promptBytes).y),
      output: Math.min(
        tokens(this.#output.predict(promptBytes).y),
        this.prior.maxOutputTokens ?? Number.POSITIVE_INFINITY,
      ),
      deviation: this.#total.predict(promptBytes).deviation,
    };
  }
}

function guess(input: number, output: number): TokenEstimate {
  return { input: tokens(input), output: tokens(output), deviation: (input + output) / 2 };
}

function tokens(amount: number): number {
  return Math.max(0, Math.round(amount));
}
