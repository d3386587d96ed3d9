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

/** Something that happened, and for how much it counts. */
export interface Counted {
  readonly at: number;
  readonly amount: number;
}

/** The most that came to in any window of this length, its end not included. */
export function mostInAnyWindow(happenings: readonly Counted[], windowMs: number): number {
  const sorted = [...happenings].sort((a, b) => a.at - b.at);
  let first = 0;
  let inWindow = 0;
  let most = 0;
  for (const { at, amount } of sorted) {
    inWindow += amount;
    for (let left = sorted[first]; left !== undefined && at - left.at >= windowMs; left = sorted[++first]) {
      inWindow -= left.amount;
    }
    most = Math.max(most, inWindow);
  }
  return most;
}

/** What came to in a ms on average, from this moment to the last: that one is where the time ends, and counts for nothing. */
export function perMsFrom(happenings: readonly Counted[], from: number): number {
  const last = Math.max(...happenings.map(({ at }) => at));
  const between = happenings.filter(({ at }) => at >= from && at < last);
  return between.reduce((sum, { amount }) => sum + amount, 0) / (last - from);
}
