import { Interval, type IntervalSnapshot } from './interval.js';

/** More than a screen has room for. When there are as many, neighbours are merged. */
const MOST_INTERVALS = 500;
const FIRST_WIDTH_MS = 1_000;
/** A timer that fires a little early must not make an interval twice as long. */
const EARLY_MS = 50;
/** Of resumptions, the last so many are known. */
const MOST_RESUMPTIONS = 50;

export type SeriesSnapshot = {
  widthMs: number;
  resumedAtMs: number[];
  intervals: IntervalSnapshot[];
};

/**
 * A run over time, in at most 500 intervals: of a second each at first, and twice as long whenever there are
 * too many. Only work counts as time: what lies between an interruption and the next start does not.
 */
export class TimeSeries {
  readonly #closed: Interval[] = [];
  /** Where the run went on after an interruption, in ms of work. */
  readonly #resumedAtMs: number[] = [];
  #widthMs = FIRST_WIDTH_MS;
  #open = new Interval();
  #openedAt: number;

  /** @param nowMs monotonic; when the work begins, or goes on. */
  constructor(nowMs: number, before?: SeriesSnapshot) {
    this.#openedAt = nowMs;
    if (before === undefined) return;
    this.#widthMs = before.widthMs;
    for (const interval of before.intervals) this.#closed.push(Interval.from(interval));
    const workedMs = this.#closed.reduce((sum, { ms }) => sum + ms, 0);
    this.#resumedAtMs.push(...before.resumedAtMs, workedMs);
    if (this.#resumedAtMs.length > MOST_RESUMPTIONS) this.#resumedAtMs.shift();
    this.#mergeWhereFull();
  }

  /** What happens now belongs here. */
  get open(): Interval {
    return this.#open;
  }

  /** Notes the calls in flight, and begins another interval where this one is long enough. */
  sample(nowMs: number, inFlight: number): void {
    this.#open.noteInFlight(inFlight);
    this.#open.ms = nowMs - this.#openedAt;
    if (this.#open.ms < this.#widthMs - EARLY_MS) return;
    this.#closed.push(this.#open);
    this.#open = new Interval();
    this.#openedAt = nowMs;
    this.#mergeWhereFull();
  }

  snapshot(nowMs: number): SeriesSnapshot {
    this.#open.ms = nowMs - this.#openedAt;
    const isEmpty = this.#open.rows === 0 && this.#open.ms === 0;
    const intervals = isEmpty ? this.#closed : [...this.#closed, this.#open];
    return {
      widthMs: this.#widthMs,
      resumedAtMs: [...this.#resumedAtMs],
      intervals: intervals.map((interval) => interval.snapshot()),
    };
  }

  #mergeWhereFull(): void {
    while (this.#closed.length >= MOST_INTERVALS) {
      this.#widthMs *= 2;
      mergeUpTo(this.#closed, this.#widthMs);
    }
  }
}

/**
 * Merges neighbours in place, into intervals that are at most so long, and at least half of that (but for the
 * last). So a run that was interrupted a hundred times has no intervals of a few ms for good.
 */
function mergeUpTo(intervals: Interval[], widthMs: number): void {
  let kept = 0;
  for (const interval of intervals) {
    const last = kept === 0 ? undefined : intervals[kept - 1];
    // A timer is late rather than early: a pair may be a little longer than twice the width.
    if (last !== undefined && last.ms + interval.ms <= widthMs * 1.2) last.merge(interval);
    else intervals[kept++] = interval;
  }
  intervals.length = kept;
}
