/** Time, handed in so that tests need not wait for it. */
export interface Clock {
  /** ms, monotonic, with fractions. */
  now(): number;
  /** ms since 1970. */
  wallNow(): number;
  /** Wakes after `ms`; returns what cancels it. */
  after(ms: number, wake: () => void): () => void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after: (ms, wake) => {
    const timer = setTimeout(wake, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
