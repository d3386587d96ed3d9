import type { TokenEstimate, TokenUsage } from '../../fabric/fabric.js';

/** What a call is expected to take: the sum of its tokens, and how far off that may be (standard deviation). */
export interface Expected {
  readonly tokens: number;
  readonly deviation: number;
}

/** What counts of all that was before, after each call: about the last 64 calls are remembered. */
const KEPT = 1 - 1 / 64;

/** Calls that have to end before anything is known of the estimates. */
const FIRST_ENDS = 5;

/** Nobody knows better, whatever he says: a share of the estimate. */
const LEAST_DEVIATION = 0.05;

/** What a row of calls took beyond so many standard deviations of its sum is no chance. */
const CERTAIN_DEVIATIONS = 2;

/** Calls that are off by so many times their deviations, on average, state them wrongly. */
const WRONG_SPREAD = 1.5;

/** All calls under way together are no further off than so many of their standard deviations. */
const MOST_DEVIATIONS = 3;

/**
 * ...or one of them is as bad as can be, and all of them are off by so many besides: answers of very different
 * lengths do not lie evenly around their mean. With 1, one run in six of 11 minutes passed a limit of 60,000 for a
 * moment, by up to 1 %; with 2, one in 150 (simulated, 1 s to 2 s a call, lengths log-uniform from 100 to 1,500).
 */
const BESIDE_ONE = 2;

/** Calls that each of two memories of the worst surprise is made of: the present one, and the one before. */
const WORST_OF = 128;

/** Worse than the worst one that is remembered. */
const WORSE = 1.2;

/**
 * What calls took lately, against what was estimated, and so what is to be held of the estimates of calls under
 * way. Only what makes them larger is believed: the calls that are back first are small ones.
 */
export class EstimateRecord {
  #ends = 0;
  // Sums over the calls that are remembered; the weights of the variance and of its calls are the squares of the others'.
  #calls = 0;
  #expected = 0;
  #taken = 0;
  #variance = 0;
  #variances = 0;
  #squaredSurprises = 0;
  #bias = 1;
  /** How many times the deviations that are stated. */
  #spread = 1;
  #surprises = 0;
  #worst = 0;
  #worstBefore = MOST_DEVIATIONS / WORSE;

  /** A call ended, and its service said what it took. */
  measured(estimate: TokenEstimate, usage: TokenUsage): void {
    const { tokens, deviation } = expectedOf(estimate);
    const taken = usage.input + usage.output;
    this.#calls = KEPT * this.#calls + 1;
    this.#expected = KEPT * this.#expected + tokens;
    this.#taken = KEPT * this.#taken + taken;
    this.#variance = KEPT ** 2 * this.#variance + deviation ** 2;
    this.#variances = KEPT ** 2 * this.#variances + 1;
    this.#bias = this.#biasNow();
    const excess = taken / this.#bias - tokens;
    const surprise = excess / deviation;
    this.#squaredSurprises = KEPT * this.#squaredSurprises + surprise ** 2;
    const spread = Math.sqrt(this.#squaredSurprises / this.#calls);
    this.#spread = spread > WRONG_SPREAD ? spread : 1;
    // Whoever has seen few calls states too small a deviation: what he is surprised by then would surprise nobody later.
    this.#remember(excess / Math.max(deviation, Math.sqrt(this.#variance / this.#variances)));
    this.ended();
  }

  /** A call ended, and nobody said what it took. */
  ended(): void {
    this.#ends++;
  }

  /** Enough calls have ended to know whether estimates are of any worth. */
  get isTried(): boolean {
    return this.#ends >= FIRST_ENDS;
  }

  /** How many times as much as estimated calls take; never less than 1. */
  get bias(): number {
    return this.#bias;
  }

  /**
   * How much more than estimated (and put right) some calls may take together, in tokens, from the sums of
   * their standard deviations and of the squares of these. Each may be a fifth worse than the worst that was
   * seen lately. All together, they are no further off than three standard deviations, or one of them is as
   * bad as can be, where that is worse: answers a few times as long as usual are not rare enough.
   */
  headroom(deviations: number, variances: number): number {
    if (deviations === 0) return 0;
    const worst = WORSE * Math.max(this.#worst, this.#worstBefore);
    const together = this.#spread * Math.sqrt(variances);
    const oneOfThem = worst * (variances / deviations);
    return (
      this.#bias *
      Math.min(worst * deviations, Math.max(MOST_DEVIATIONS * together, oneOfThem + BESIDE_ONE * together))
    );
  }

  #biasNow(): number {
    const chance = this.#spread * Math.sqrt(this.#variance);
    const isBiased = this.#expected > 0 && this.#taken - this.#expected > CERTAIN_DEVIATIONS * chance;
    // It is off alike for all calls under way, which headroom for each of them does not cover.
    return isBiased ? (this.#taken / this.#expected) * (1 + chance / this.#expected) : 1;
  }

  #remember(surprise: number): void {
    this.#worst = Math.max(this.#worst, surprise);
    if (++this.#surprises % WORST_OF !== 0) return;
    this.#worstBefore = this.#worst;
    this.#worst = 0;
  }
}

/** A call's estimate in one sum, and with a deviation that can be believed. */
export function expectedOf({ input, output, deviation }: TokenEstimate): Expected {
  const tokens = input + output;
  return { tokens, deviation: Math.max(1, deviation, LEAST_DEVIATION * tokens) };
}
