/** The time that limits and retries use, handed in so that tests can set it. */
export interface Clock {
  /** In ms, with fractions, from any beginning; never goes back. */
  now(): number;
  /** The date and time, in ms since 1970. */
  wallNow(): number;
  /**
   * Calls `wake` once, about `ms` from now. It may come late, or (past 24 days) early, so the caller checks `now()`
   * again.
   *
   * @returns the function that cancels it.
   */
  after(ms: number, wake: () => void): () => void;
}

/** The longest delay of setTimeout, in ms; it treats a longer one as 1. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The process's clock. Its timers keep the process alive, since calls wait for them. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after(ms, wake) {
    // setTimeout cuts fractions off, and would wake before the time.
    const timer = setTimeout(wake, Math.min(Math.ceil(ms), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
