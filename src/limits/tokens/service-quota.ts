import type { ServiceLimits } from '../../fabric/limit-headers.js';
import { Cadence } from '../pace/cadence.js';
import { MAX_SERVER_WAIT_MS } from '../pause.js';

/**
 * The calls or tokens that a service's headers say are left, spread evenly over the time to their reset.
 *
 * A service with a bucket that fills up all the time names as the reset when the bucket will be full. Spread over
 * that, the pace settles where the bucket is half full: at just the rate at which it fills up.
 */
export class ServiceQuota {
  readonly #cadence = new Cadence(0);
  #left = 0;
  #until = Number.NEGATIVE_INFINITY;

  /** Replaces what was known before. `amount` is what one call takes; a reset further off than 15 minutes is cut to that. */
  set({ remaining, resetMs }: ServiceLimits, now: number, amount = 1): void {
    const spreadMs = Math.min(resetMs, MAX_SERVER_WAIT_MS);
    // These headers came with an answer, so the next call is due an interval later. While the quota holds, the last
    // call that really started counts; otherwise every answer would set off the next call at once.
    if (now >= this.#until) this.#cadence.restart(now, amount);
    this.#left = remaining;
    this.#until = now + spreadMs;
    if (remaining > 0) this.#cadence.setInterval(spreadMs / remaining);
  }

  /** When the next call may start, if it takes `amount`. */
  nextAt(now: number, amount = 1): number {
    if (now >= this.#until) return Number.NEGATIVE_INFINITY;
    return this.#left >= amount && this.#left > 0 ? Math.min(this.#cadence.nextAt, this.#until) : this.#until;
  }

  /** Counts a call that takes `amount` and starts now. */
  start(now: number, amount = 1): void {
    if (now >= this.#until) return;
    this.#left -= amount;
    this.#cadence.start(now, amount);
  }

  /** The reset, where nothing is left before it. */
  get pausedUntil(): number {
    return this.#left > 0 ? Number.NEGATIVE_INFINITY : this.#until;
  }

  /** What it allows in a second; undefined where it limits nothing, and where nothing is left: that is a pause. */
  perSecond(now: number): number | undefined {
    return this.isVoid(now) || this.#left <= 0 ? undefined : (this.#left / (this.#until - now)) * 1_000;
  }

  /** True if the reset has passed, so that it limits nothing. */
  isVoid(now: number): boolean {
    return now >= this.#until;
  }
}
