import { MAX_SERVER_WAIT_MS } from './bounded-limits.js';
import { Scout } from './scout.js';

/** Who chose how long to wait: the service named a time, or we did, since it named none. */
export type PausedBy = 'service' | 'us';

/** Until when no call may start; of several pauses the longest counts. Then one call goes ahead of the others. */
export class Pause {
  until = Number.NEGATIVE_INFINITY;
  /** Until then the service itself asked to wait. */
  askedUntil = Number.NEGATIVE_INFINITY;
  readonly scout = new Scout();

  /** When the next call may start. */
  get nextAt(): number {
    return Math.max(this.until, this.scout.nextAt);
  }

  /** @returns by how much longer no call may start, in ms. */
  set(now: number, ms: number, by: PausedBy): number {
    const until = now + Math.min(ms, MAX_SERVER_WAIT_MS);
    if (by === 'service') this.askedUntil = Math.max(this.askedUntil, until);
    if (until <= this.until) return 0;
    const longer = until - Math.max(now, this.until);
    this.until = until;
    this.scout.want();
    return longer;
  }
}

/** What whoever tries calls again asks of a limiter. */
export interface PausableLimiter {
  /** Turns that were ever asked for. */
  readonly asked: number;
  /** Calls that were let go. */
  readonly started: number;
  readonly probesRate: boolean;
  pauseFor(ms: number, by?: PausedBy): void;
}
