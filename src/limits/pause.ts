import { MINUTE } from './durations.js';
import { Scout } from './scout.js';

/** The longest wait that a service's Retry-After or limit headers may ask for, in ms. */
export const MAX_SERVER_WAIT_MS = 15 * MINUTE;

/** Who chose the length of a pause: the service, by naming a time, or we, where it named none. */
export type PausedBy = 'service' | 'us';

/** The time in which no call may start; of several pauses the longest counts. After it, a scout goes first. */
export class Pause {
  /** In ms of the clock. */
  until = Number.NEGATIVE_INFINITY;
  /** The end of what the service itself asked for. */
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

/** What retries need of a limiter. */
export interface PausableLimiter {
  /** Turns asked for so far. */
  readonly asked: number;
  /** Calls started so far. */
  readonly started: number;
  readonly probesRate: boolean;
  /** Starts no call for `ms` ms. */
  pauseFor(ms: number, by?: PausedBy): void;
}
