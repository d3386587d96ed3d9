/** Calls remembered: a minute's at 1,000/s. */
const REMEMBERED = 65_536;

/** The stretch of time that counts as lately, and its part at the beginning of a run that is enough, in ms. */
const LATELY_MS = 1_000;
const ENOUGH_MS = 50;

/**
 * When calls started, and which of them are known to have been refused. A call is named by a number that is higher than
 * those of all calls that started before it.
 */
export interface CallHistory {
  /** The number that no call has yet: later ones have it, or a higher one. */
  readonly next: number;
  /** Records a call that starts now, in ms. */
  started(now: number): void;
  /** Records that this call was refused. */
  refused(call: number): void;
  /** When this call started, in ms; for a forgotten call, when the oldest remembered one did. */
  startOf(call: number): number;
  /** How many calls started before this one. */
  indexOf(call: number): number;
  /** Calls per second in the `spanMs` before this call started. */
  startsPerSecond(call: number, spanMs: number): number;
  /** Like `startsPerSecond`, without the calls that are known to have been refused. */
  acceptedPerSecond(call: number, spanMs: number): number;
}

/** The history of one process's calls, named by their number, from 0. */
export class StartHistory implements CallHistory {
  readonly #startedAt = new Float64Array(REMEMBERED);
  /** 1 for each that was refused. */
  readonly #refused = new Uint8Array(REMEMBERED);
  #count = 0;

  /** Calls started so far; the next one has this number. */
  get count(): number {
    return this.#count;
  }

  get next(): number {
    return this.#count;
  }

  indexOf(nth: number): number {
    return nth;
  }

  /** Records a call that starts now, in ms. */
  started(now: number): void {
    this.#startedAt[this.#count % REMEMBERED] = now;
    this.#refused[this.#count % REMEMBERED] = 0;
    this.#count++;
  }

  /** Records that the n-th call was refused. */
  refused(nth: number): void {
    if (nth >= this.#oldest && nth < this.#count) this.#refused[nth % REMEMBERED] = 1;
  }

  /** When the n-th call started, in ms; for a forgotten call, when the oldest remembered one did. */
  startOf(nth: number): number {
    return this.#startedAt[Math.max(nth, this.#oldest) % REMEMBERED] ?? 0;
  }

  /**
   * Calls per second in the `spanMs` before the n-th call started. The first call counts in part where a part
   * of the time that it had to itself lies before the span, so that few calls give an exact figure too.
   */
  startsPerSecond(nth: number, spanMs: number): number {
    const { first, share } = this.#spanBefore(nth, spanMs);
    return (Math.max(0, nth - first - 1 + share) / spanMs) * 1_000;
  }

  /** Calls per second up to the last start; 0 before the first. */
  get latelyPerSecond(): number {
    if (this.#count === 0) return 0;
    const last = this.#count - 1;
    const sinceFirstMs = this.startOf(last) - this.startOf(0);
    return this.startsPerSecond(last, Math.min(LATELY_MS, Math.max(ENOUGH_MS, sinceFirstMs)));
  }

  /** Like `startsPerSecond`, without the calls that are known to have been refused. */
  acceptedPerSecond(nth: number, spanMs: number): number {
    const { first, share } = this.#spanBefore(nth, spanMs);
    if (first >= nth) return 0;
    let accepted = share * this.#notRefused(first);
    for (let n = first + 1; n < nth; n++) accepted += this.#notRefused(n);
    return (accepted / spanMs) * 1_000;
  }

  /** The first call that counts in the span before the start of the n-th, and the share to which it counts. */
  #spanBefore(nth: number, spanMs: number): { first: number; share: number } {
    const from = this.startOf(nth) - spanMs;
    const first = this.#lastStartUpTo(from);
    const ms = this.startOf(first + 1) - this.startOf(first);
    return { first, share: ms > 0 ? Math.min(1, (this.startOf(first + 1) - from) / ms) : 1 };
  }

  #notRefused(nth: number): number {
    return 1 - (this.#refused[nth % REMEMBERED] ?? 0);
  }

  get #oldest(): number {
    return Math.max(0, this.#count - REMEMBERED);
  }

  /** The number of the last call that started at this moment or before, or of the oldest remembered. */
  #lastStartUpTo(moment: number): number {
    let low = this.#oldest;
    let high = this.#count;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.startOf(middle) <= moment) low = middle;
      else high = middle;
    }
    return low;
  }
}
