/** At most `calls` in any stretch of `perMs` milliseconds. */
export interface Rate {
  readonly calls: number;
  readonly perMs: number;
}

/** Calls are spaced a little wider than the limit allows, so that the network's jitter never puts one too many into somebody's window. */
const USED_SHARE = 0.985;
/** What the ring keeps between a call and the one `calls` later, as a multiple of `perMs`. */
const WINDOW_MARGIN = 1.005;
/** Timers fire up to some ms late; that much is caught up, so that lateness does not add up to unused rate. */
const CATCH_UP_MS = 10;
/** A larger window is cut down to a part of it with a part of the calls: that keeps the limit too, and memory small. */
const MAX_RING = 4_096;

/**
 * Says when the next call may start: the generic cell rate algorithm (ITU-T I.371, annex A) without a
 * burst, plus a ring of the last start times that makes the stated limit hold exactly, whatever the timers do.
 * It has no timers of its own; all times are ms of one monotonic clock.
 */
export class Pacer {
  readonly #intervalMs: number;
  readonly #windowMs: number;
  readonly #ring: Float64Array;
  #oldest = 0;
  /** When the next call is due if all goes by plan. */
  #due = Number.NEGATIVE_INFINITY;

  constructor({ calls, perMs }: Rate) {
    const parts = Math.ceil(calls / MAX_RING);
    const callsInPart = Math.max(1, Math.floor(calls / parts));
    this.#intervalMs = perMs / calls / USED_SHARE;
    this.#windowMs = (perMs / calls) * callsInPart * WINDOW_MARGIN;
    this.#ring = new Float64Array(callsInPart).fill(Number.NEGATIVE_INFINITY);
  }

  /** The earliest time for the next call; it may lie in the past. */
  nextAt(): number {
    return Math.max(this.#due, (this.#ring[this.#oldest] ?? 0) + this.#windowMs);
  }

  /** A call starts at `now`. */
  start(now: number): void {
    // After an idle time the schedule starts anew: what was not used is gone, and no burst makes up for it.
    this.#due = Math.max(this.#due, now - CATCH_UP_MS) + this.#intervalMs;
    this.#ring[this.#oldest] = now;
    this.#oldest = this.#oldest + 1 === this.#ring.length ? 0 : this.#oldest + 1;
  }
}
