import { Cadence } from './cadence.js';

/** What a service's headers say is left. */
export interface ServiceLimits {
  /** Calls that it will still take. */
  readonly remaining: number;
  /** In so many ms it takes as many as ever again. */
  readonly resetMs: number;
}

/** Spreads the calls that a service will still take evenly over the time to its reset; then it is void. */
export class ServiceBudget {
  readonly #cadence = new Cadence(0);
  #left = 0;
  #until = Number.NEGATIVE_INFINITY;

  /** What was said last counts. */
  set({ remaining, resetMs }: ServiceLimits, now: number): void {
    // The answer that said it was to a call: the next one is due an interval later. Under way, the last
    // call that really started counts, or else every answer would set off the next call at once.
    if (now >= this.#until) this.#cadence.restart(now);
    this.#left = remaining;
    this.#until = now + resetMs;
    if (remaining > 0) this.#cadence.setInterval(resetMs / remaining);
  }

  /** When the next call may start. */
  nextAt(now: number): number {
    if (now >= this.#until) return Number.NEGATIVE_INFINITY;
    return this.#left > 0 ? Math.min(this.#cadence.nextAt, this.#until) : this.#until;
  }

  /** A call starts now. */
  start(now: number): void {
    if (now >= this.#until) return;
    this.#left--;
    this.#cadence.start(now);
  }

  /** The reset, where nothing is left before it. */
  get pausedUntil(): number {
    return this.#left > 0 ? Number.NEGATIVE_INFINITY : this.#until;
  }

  /** It no longer limits anything. */
  isVoid(now: number): boolean {
    return now >= this.#until;
  }
}
