import type { TokenEstimate, TokenUsage } from '../../fabric/fabric.js';

/** What counts of all that was before, after each call: about the last 32 calls are remembered. */
const KEPT = 1 - 1 / 32;

/** Fewer calls say nothing of how different they are. */
const FEW_CALLS = 5;

/** Where nothing is known yet. */
const ANY_CALL: TokenEstimate = { input: 500, output: 500, deviation: 1_000 };

/** What calls took lately. */
export class UsualCall {
  #ends = 0;
  // Sums over the calls that are remembered.
  #calls = 0;
  #input = 0;
  #output = 0;
  #squares = 0;

  /** A call ended that took this. */
  took({ input, output }: Pick<TokenUsage, 'input' | 'output'>): void {
    this.#ends++;
    this.#calls = KEPT * this.#calls + 1;
    this.#input = KEPT * this.#input + input;
    this.#output = KEPT * this.#output + output;
    this.#squares = KEPT * this.#squares + (input + output) ** 2;
  }

  /** What a call takes on average, in tokens; undefined before any has ended. */
  get mean(): TokenUsage | undefined {
    if (this.#calls === 0) return undefined;
    return { input: this.#input / this.#calls, output: this.#output / this.#calls };
  }

  /** The estimate of a call whose fabric cannot tell. */
  get estimate(): TokenEstimate {
    const { mean } = this;
    if (mean === undefined) return ANY_CALL;
    const variance = this.#squares / this.#calls - (mean.input + mean.output) ** 2;
    const deviation = Math.sqrt(Math.max(0, variance));
    return { ...mean, deviation: this.#ends < FEW_CALLS ? ANY_CALL.deviation : deviation };
  }
}
