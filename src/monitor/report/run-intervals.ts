import { Interval } from '../history/interval.js';
import type { SeriesSnapshot } from '../history/time-series.js';

/** An interval with its start. */
export interface PlacedInterval {
  /** In ms of work. */
  readonly fromMs: number;
  readonly interval: Interval;
}

/** The intervals of a history in order. One that ended early, with the run, is merged into the one before it. */
export function runIntervals({ intervals, widthMs }: SeriesSnapshot): PlacedInterval[] {
  const placed: { fromMs: number; interval: Interval }[] = [];
  let fromMs = 0;
  for (const snapshot of intervals) {
    const interval = Interval.from(snapshot);
    const last = placed.at(-1);
    // The rate over a few ms could be the highest of all, and would be meaningless.
    if (last !== undefined && interval.ms < widthMs / 2) last.interval.merge(interval);
    else placed.push({ fromMs, interval });
    fromMs += interval.ms;
  }
  return placed;
}

/** Merges intervals into at most `most` stretches of equally many intervals. */
export function inStretches(placed: readonly PlacedInterval[], most: number): PlacedInterval[] {
  const each = Math.ceil(placed.length / most);
  const stretches: PlacedInterval[] = [];
  for (const [index, { fromMs, interval }] of placed.entries()) {
    const last = stretches.at(-1);
    if (last !== undefined && index % each !== 0) last.interval.merge(interval);
    else stretches.push({ fromMs, interval: Interval.from(interval.snapshot()) });
  }
  return stretches;
}
