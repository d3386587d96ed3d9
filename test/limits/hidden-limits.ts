/** Says of each call that comes in, in order of time, whether the service takes it. */
export type HiddenLimit = (now: number) => boolean;

/** Calls per second at a moment: a limit may change. */
export type LimitOverTime = (now: number) => number;

/** What is allowed on average, in any stretch of `windowMs`. */
export function slidingWindow(callsPerSecond: LimitOverTime, windowMs: number): HiddenLimit {
  let taken: number[] = [];
  let first = 0;
  return (now) => {
    while (first < taken.length && now - (taken[first] ?? 0) >= windowMs) first++;
    if (first > 10_000) {
      taken = taken.slice(first);
      first = 0;
    }
    if (taken.length - first >= (callsPerSecond(now) * windowMs) / 1_000) return false;
    taken.push(now);
    return true;
  };
}

/** The same in windows that follow on each other, the first from `offsetMs` before 0. */
export function fixedWindows(callsPerSecond: LimitOverTime, windowMs: number, offsetMs: number): HiddenLimit {
  let window = Number.NEGATIVE_INFINITY;
  let taken = 0;
  return (now) => {
    const current = Math.floor((now + offsetMs) / windowMs);
    if (current !== window) {
      window = current;
      taken = 0;
    }
    if (taken >= (callsPerSecond(now) * windowMs) / 1_000) return false;
    taken++;
    return true;
  };
}

/** A bucket that holds what comes in `burstMs`, but 2 calls at least, and is full at first. */
export function tokenBucket(callsPerSecond: LimitOverTime, burstMs: number): HiddenLimit {
  let tokens = Number.POSITIVE_INFINITY;
  let last = 0;
  return (now) => {
    const burst = Math.max(2, (callsPerSecond(now) * burstMs) / 1_000);
    tokens = Math.min(burst, tokens + ((now - last) * callsPerSecond(now)) / 1_000);
    last = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}
