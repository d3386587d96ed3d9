/** Time as the limits see it. It is handed in, so that their tests need none. */
export interface Clock {
  /** In ms, with fractions, from any beginning; never goes back. */
  now(): number;
  /** The date and time, in ms since 1970. */
  wallNow(): number;
  /**
   * Calls `wake` once, about `ms` from now. It may come late, or (past 24 days) early: whoever waits
   * looks at `now()` again. Gives the function that calls it off.
   */
  after(ms: number, wake: () => void): () => void;
}

/** What setTimeout can hold, in ms; anything more it takes for 1. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Its timers keep the process alive: somebody waits for them. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after(ms, wake) {
    // setTimeout cuts fractions off, and would wake before the time.
    const timer = setTimeout(wake, Math.min(Math.ceil(ms), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
