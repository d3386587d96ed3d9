import type { TokenEstimate, TokenUsage } from '../fabric.js';
import { FadingRegression } from './fading-regression.js';

export interface TokenPrior {
  /** Bytes of a request beyond the prompt. */
  readonly constantBytes: number;
  /** The most tokens of an answer, stated or guessed. */
  readonly outputTokens: number;
  /** The limit that the service enforces; undefined where it enforces none. */
  readonly maxOutputTokens: number | undefined;
}

/** The most tokens of a text in today's tokenizers, except for scripts that are rare in their training. */
export const BYTES_PER_TOKEN = 3;

/** With fewer calls, a regression line reflects chance rather than the service. */
const ENOUGH_CALLS = 5;

/**
 * Estimates the tokens of a call from the bytes of its prompt, and learns from the usage of calls. Tokens in and out
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
