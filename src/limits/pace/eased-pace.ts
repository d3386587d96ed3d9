import { Cadence } from './cadence.js';

/** The share of the pace that a refusal leaves. */
const KEPT = 0.9;

/** Refusals that stay single slow the pace to this share and no further: a real limit refuses several in a row. */
const LEAST = 0.5;

/** The share of the full pace that each call gives back. */
const RETURNED_PER_CALL = 0.001;

/**
 * The pace after refusals of single calls among many that are answered: each takes a tenth of it, calls give it back
 * bit by bit, and at the full pace it is gone. (Dah-Ming Chiu and Raj Jain, 1989: additive increase, multiplicative
 * decrease. As in TCP, RFC 5681, the refusals of calls that were in flight together count once.)
 *
 * @example
 * pace.ease(500, 550, 1_000); // 900/s for the next call, 1,000/s again after 100 calls
 */
export class EasedPace {
  readonly #cadence = new Cadence(0);
  /** Calls per second before the slowing down, and after the last cut; 0 where there was none. */
  #full = 0;
  #cut = 0;
  /** The first call after the cut. */
  #firstSinceCut = 0;
  #started = 0;

  /**
   * Slows down, for the refusal of the `nth` call (from 0).
   *
   * @param started calls started so far.
   * @param inUse calls a second, lately.
   */
  ease(nth: number, started: number, inUse: number): void {
    if (nth < this.#firstSinceCut) return;
    const { callsPerSecond } = this;
    this.#full = callsPerSecond === undefined ? inUse : Math.max(this.#full, inUse);
    this.#cut = Math.max(KEPT * Math.min(callsPerSecond ?? inUse, this.#full), LEAST * this.#full);
    this.#firstSinceCut = started;
    this.#started = started;
  }

  /** Forgets all slowing down. */
  reset(): void {
    this.#full = 0;
    this.#cut = 0;
  }

  /** Undefined where nothing is slowed down. */
  get callsPerSecond(): number | undefined {
    const back = (this.#started - this.#firstSinceCut) * RETURNED_PER_CALL * this.#full;
    const rate = this.#cut + back;
    return rate < this.#full ? rate : undefined;
  }

  /** When the next call may start; at once if that is not after now. */
  get nextAt(): number {
    const { callsPerSecond } = this;
    if (callsPerSecond === undefined) return Number.NEGATIVE_INFINITY;
    this.#cadence.setInterval(1_000 / callsPerSecond);
    return this.#cadence.nextAt;
  }

  /** Counts a call that starts now. */
  start(now: number): void {
    this.#started++;
    if (this.callsPerSecond !== undefined) this.#cadence.start(now);
  }

  /** A call that was counted starts only now. */
  startedLate(now: number): void {
    if (this.callsPerSecond !== undefined) this.#cadence.restart(now);
  }
}
