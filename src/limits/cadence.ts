/**
 * A timer fires up to some ms late; a start that is no later than this does not move the ones after it, so
 * that lateness never adds up to a rate that is not used. What is later is no late timer but an idle time
 * or a stalled process: nothing of it is caught up with. At 20/s, 10 ms are also all the room there is
 * between the interval's headroom and the law (see Pacer).
 */
const MAX_LATENESS_MS = 10;

/** No timer waits for less, in ms: starts that are closer together go in small groups, one a timer. */
const TIMER_MS = 1;

/** The moments at which calls are due, an interval apart: GCRA's theoretical arrival times. */
export class Cadence {
  #intervalMs: number;
  #earlyMs: number;
  /** When the last call was due; it started at most a little later. */
  #last = Number.NEGATIVE_INFINITY;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.#earlyMs = Math.max(0, TIMER_MS - intervalMs);
  }

  /** The interval from the last call on. */
  setInterval(intervalMs: number): void {
    this.#intervalMs = intervalMs;
    this.#earlyMs = Math.max(0, TIMER_MS - intervalMs);
  }

  /** As if a call had started now. */
  restart(now: number): void {
    this.#last = now;
  }

  /** When the next call may start; may be long ago. */
  get nextAt(): number {
    return this.#last + this.#intervalMs - this.#earlyMs;
  }

  /** A call starts now. */
  start(now: number): void {
    const due = this.#last + this.#intervalMs;
    this.#last = now - due > MAX_LATENESS_MS ? now : due;
  }
}
