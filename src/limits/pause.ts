import { MAX_SERVER_WAIT_MS } from './bounded-limits.js';

/** Who chose how long to wait: the service named a time, or we did, since it named none. */
export type PausedBy = 'service' | 'us';

/** Until when no call may start; of several pauses the longest counts. */
export class Pause {
  until = Number.NEGATIVE_INFINITY;
  /** Until then the service itself asked to wait. */
  askedUntil = Number.NEGATIVE_INFINITY;

  /** @returns by how much longer no call may start, in ms. */
  set(now: number, ms: number, by: PausedBy): number {
    const until = now + Math.min(ms, MAX_SERVER_WAIT_MS);
    if (by === 'service') this.askedUntil = Math.max(this.askedUntil, until);
    if (until <= this.until) return 0;
    const longer = until - Math.max(now, this.until);
    this.until = until;
    return longer;
  }
}
