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

  /** True if it is not known at this moment whether the service takes calls. */
  isInDoubt(now: number): boolean {
    return now < this.until || this.scout.isInDoubt(now);
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

/** What retries need of a limiter. Calls are named by their number, from 0 in the order of asking for their turns. */
export interface PausableLimiter {
  /** Turns asked for so far. */
  readonly asked: number;
  /** Calls started so far. */
  readonly started: number;
  readonly probesRate: boolean;
  /** True while no call may start, or one only goes ahead of all others: whether the service takes calls is not known. */
  readonly isInDoubt: boolean;
  /** Starts no call for `ms` ms. */
  pauseFor(ms: number, by?: PausedBy): void;
  /** Records that the service took the `nth` call. */
  taken(nth: number): void;
  /** Records that the service refused the `nth` call as one too many. */
  refused(nth: number): void;
  /** Slows down a little for the refusal of the `nth` call among others that are answered. */
  ease(nth: number): void;
  /** Starts no other call until one that started after the `nth` was taken: the service refused the `nth`. */
  doubt(nth: number): void;
  /** Records that the refusal of the `nth` call was one of several: the service has a limit. */
  showLimit(nth: number): void;
}
