export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** Of runs made in turns: each compared with its neighbour in time, so that a slow minute of the machine slows both. */
export function medianOfPairwiseRatios(of: readonly number[], to: readonly number[]): number {
  return median(of.map((value, run) => value / (to[run] ?? Number.NaN)));
}

/** The most of them that lie in any window of this length, its end not included. */
export function mostInAnyWindow(times: readonly number[], windowMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [last, time] of sorted.entries()) {
    while (time - (sorted[first] ?? time) >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
