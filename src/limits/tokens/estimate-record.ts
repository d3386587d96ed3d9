import type { TokenEstimate, TokenUsage } from '../../fabric/fabric.js';

/** What a call is expected to take: the sum of its tokens, and how far off that may be (standard deviation). */
export interface Expected {
  readonly tokens: number;
  readonly deviation: number;
}

/** The weight that earlier calls keep after each call: about the last 64 calls count. */
const KEPT = 1 - 1 / 64;

/** Calls that have to end before estimates are judged. */
const FIRST_ENDS = 5;

/** Floor of a stated deviation, as a share of the estimate. */
const LEAST_DEVIATION = 0.05;

/** A sum of calls that is off by more standard deviations than this is biased, not unlucky. */
const CERTAIN_DEVIATIONS = 2;

/** From this average multiple of the stated deviations on, the deviations are stated too small. */
const WRONG_SPREAD = 1.5;

/** Headroom for all calls in flight together, in standard deviations of their sum. */
const MOST_DEVIATIONS = 3;

/**
 * Headroom in standard deviations beside one call that is as far off as any: answers of very different lengths do
 * not lie evenly around their mean. With 1, one run in six of 11 minutes passed a limit of 60,000 for a
 * moment, by up to 1 %; with 2, one in 150 (simulated, 1 s to 2 s a call, lengths log-uniform from 100 to 1,500).
 */
const BESIDE_ONE = 2;

/** Calls over which the largest surprise is kept: those of the present stretch and of the one before. */
const WORST_OF = 128;

/** The largest surprise to expect, as a multiple of the largest one seen. */
const WORSE = 1.2;

/**
 * Compares what recent calls took with their estimates, and so corrects the estimates of calls in flight. It corrects
 * upwards only: the first calls to end are the small ones.
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
  /** The true deviations, as a multiple of the stated ones. */
  #spread = 1;
  #surprises = 0;
  #worst = 0;
  #worstBefore = MOST_DEVIATIONS / WORSE;

  /** Records a call that ended, and the usage that its service reported. */
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
    // An estimator that has seen few calls states too small a deviation; divided by it, an early surprise would be too large.
    this.#remember(excess / Math.max(deviation, Math.sqrt(this.#variance / this.#variances)));
    this.ended();
  }

  /** Records a call that ended without a usage. */
  ended(): void {
    this.#ends++;
  }

  /** True if enough calls have ended to judge the estimates. */
  get isTried(): boolean {
    return this.#ends >= FIRST_ENDS;
  }

  /** What calls take, as a multiple of their estimates; at least 1. */
  get bias(): number {
    return this.#bias;
  }

  /**
   * How much more than their corrected estimates some calls may take together, in tokens, from the sums of their
   * standard deviations and of the squares of these. Each may be a fifth further off than the worst one seen lately.
   * Together they are off by up to three standard deviations, or by one call at its worst where that is more:
   * answers a few times as long as usual are too common to leave out.
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
    // The bias is the same for all calls in flight, so headroom for each of them does not cover it.
    return isBiased ? (this.#taken / this.#expected) * (1 + chance / this.#expected) : 1;
  }

  #remember(surprise: number): void {
    this.#worst = Math.max(this.#worst, surprise);
    if (++this.#surprises % WORST_OF !== 0) return;
    this.#worstBefore = this.#worst;
    this.#worst = 0;
  }
}

/** A call's estimate as one sum, with a deviation of at least LEAST_DEVIATION. */
export function expectedOf({ input, output, deviation }: TokenEstimate): Expected {
  const tokens = input + output;
  return { tokens, deviation: Math.max(1, deviation, LEAST_DEVIATION * tokens) };
}
