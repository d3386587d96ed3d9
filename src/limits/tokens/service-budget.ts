import type { ServiceLimits } from '../../fabric/limit-headers.js';
import { Cadence } from '../pace/cadence.js';

/**
 * Spreads what a service will still take (calls, or tokens) evenly over the time to its reset; then it is void.
 *
 * Of a bucket that fills up all the time, services say as the reset when it will be full. Spread over that, the
 * pace settles where the bucket is half full: at just the rate at which it fills up.
 */
export class ServiceBudget {
  readonly #cadence = new Cadence(0);
  #left = 0;
  #until = Number.NEGATIVE_INFINITY;

  /** What was said last counts. `amount` is what a call takes of it. */
  set({ remaining, resetMs }: ServiceLimits, now: number, amount = 1): void {
    // The answer that said it was to a call: the next one is due an interval later. Under way, the last
    // call that really started counts, or else every answer would set off the next call at once.
    if (now >= this.#until) this.#cadence.restart(now, amount);
    this.#left = remaining;
    this.#until = now + resetMs;
    if (remaining > 0) this.#cadence.setInterval(resetMs / remaining);
  }

  /** When the next call may start, if it takes `amount`. */
  nextAt(now: number, amount = 1): number {
    if (now >= this.#until) return Number.NEGATIVE_INFINITY;
    return this.#left >= amount && this.#left > 0 ? Math.min(this.#cadence.nextAt, this.#until) : this.#until;
  }

  /** A call that takes `amount` starts now. */
  start(now: number, amount = 1): void {
    if (now >= this.#until) return;
    this.#left -= amount;
    this.#cadence.start(now, amount);
  }

  /** The reset, where nothing is left before it. */
  get pausedUntil(): number {
    return this.#left > 0 ? Number.NEGATIVE_INFINITY : this.#until;
  }

  /** What it allows in a second; undefined where it limits nothing, and where nothing is left: a pause is no rate. */
  perSecond(now: number): number | undefined {
    return this.isVoid(now) || this.#left <= 0 ? undefined : (this.#left / (this.#until - now)) * 1_000;
  }

  /** It no longer limits anything. */
  isVoid(now: number): boolean {
    return now >= this.#until;
  }
}
