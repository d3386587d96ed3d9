/**
 * A timer fires up to some ms late; a start that is no later than this leaves the starts after it where they were,
 * so that lateness never adds up to unused rate. A longer delay comes from an idle time or a stalled process, and
 * is not caught up with. At 20/s, 10 ms are also all the room between the interval's headroom and the law (see Pacer).
 */
const MAX_LATENESS_MS = 10;

/** The shortest timer, in ms: starts that are closer together go in small groups, one a timer. */
const TIMER_MS = 1;

/**
 * The moments at which calls are due, an interval apart: GCRA's theoretical arrival times. Where calls are of
 * different sizes, the interval is that of one unit, and a call of `amount` units keeps the next one so many
 * intervals away.
 */
export class Cadence {
  #intervalMs: number;
  /** When the last call was due; it started at most a little later. */
  #last = Number.NEGATIVE_INFINITY;
  /** Of the last call. */
  #amount = 1;
  /** From the last call's due time to the next one's. */
  #spanMs = 0;
  #earlyMs = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.#setSpan();
  }

  /** Sets the interval from the last call on. */
  setInterval(intervalMs: number): void {
    this.#intervalMs = intervalMs;
    this.#setSpan();
  }

  /** Counts as if a call of `amount` units had started now. */
  restart(now: number, amount = 1): void {
    this.#last = now;
    this.#amount = amount;
    this.#setSpan();
  }

  /** When the next call may start; may be long ago. */
  get nextAt(): number {
    return this.#last + this.#spanMs - this.#earlyMs;
  }

  /** Counts a call that starts now. */
  start(now: number, amount = 1): void {
    const due = this.#last + this.#spanMs;
    this.#last = now - due > MAX_LATENESS_MS ? now : due;
    if (amount === this.#amount) return;
    this.#amount = amount;
    this.#setSpan();
  }

  #setSpan(): void {
    this.#spanMs = this.#intervalMs * this.#amount;
    this.#earlyMs = Math.max(0, TIMER_MS - this.#spanMs);
  }
}
