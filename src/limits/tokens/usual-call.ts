import type { TokenEstimate, TokenUsage } from '../../fabric/fabric.js';

/** The weight that earlier calls keep after each call: about the last 32 calls count. */
const KEPT = 1 - 1 / 32;

/** Calls needed before their deviation is used. */
const FEW_CALLS = 5;

/** The estimate before any call has ended. */
const ANY_CALL: TokenEstimate = { input: 500, output: 500, deviation: 1_000 };

/** The average tokens of recent calls. */
export class UsualCall {
  #ends = 0;
  // Sums over the calls that are remembered.
  #calls = 0;
  #input = 0;
  #output = 0;
  #squares = 0;

  /** Counts a call that ended. */
  add({ input, output }: Pick<TokenUsage, 'input' | 'output'>): void {
    this.#ends++;
    this.#calls = KEPT * this.#calls + 1;
    this.#input = KEPT * this.#input + input;
    this.#output = KEPT * this.#output + output;
    this.#squares = KEPT * this.#squares + (input + output) ** 2;
  }

  /** Average tokens of a call; undefined before any has ended. */
  get mean(): TokenUsage | undefined {
    if (this.#calls === 0) return undefined;
    return { input: this.#input / this.#calls, output: this.#output / this.#calls };
  }

  /** The estimate for a call whose fabric gives none. */
  get estimate(): TokenEstimate {
    const { mean } = this;
    if (mean === undefined) return ANY_CALL;
    const variance = this.#squares / this.#calls - (mean.input + mean.output) ** 2;
    const deviation = Math.sqrt(Math.max(0, variance));
    return { ...mean, deviation: this.#ends < FEW_CALLS ? ANY_CALL.deviation : deviation };
  }
}
