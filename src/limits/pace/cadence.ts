/**
 * A timer fires up to some ms late; a start that is no later than this does not move the ones after it, so
 * that lateness never adds up to a rate that is not used. What is later is no late timer but an idle time
 * or a stalled process: nothing of it is caught up with. At 20/s, 10 ms are also all the room there is
 * between the interval's headroom and the law (see Pacer).
 */
const MAX_LATENESS_MS = 10;

/** No timer waits for less, in ms: starts that are closer together go in small groups, one a timer. */
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
  /** What the last call takes of the time. */
  #spanMs = 0;
  #earlyMs = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.#setSpan();
  }

  /** The interval from the last call on. */
  setInterval(intervalMs: number): void {
    this.#intervalMs = intervalMs;
    this.#setSpan();
  }

  /** As if a call of `amount` units had started now. */
  restart(now: number, amount = 1): void {
    this.#last = now;
    this.#amount = amount;
    this.#setSpan();
  }

  /** When the next call may start; may be long ago. */
  get nextAt(): number {
    return this.#last + this.#spanMs - this.#earlyMs;
  }

  /** A call starts now. */
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
