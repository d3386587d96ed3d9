import { Interval, type IntervalSnapshot } from './interval.js';

/** More than a screen has room for. At this number, neighbours are merged. */
const MOST_INTERVALS = 500;
const FIRST_WIDTH_MS = 1_000;
/** An interval may end this early: otherwise an early timer would make it twice as long. */
const EARLY_MS = 50;
/** Resumptions kept. */
const MOST_RESUMPTIONS = 50;

export type SeriesSnapshot = {
  widthMs: number;
  resumedAtMs: number[];
  intervals: IntervalSnapshot[];
};

/**
 * A run over time, in at most 500 intervals: of a second each at first, and twice as long whenever there are
 * too many. The time between an interruption and the next start does not count.
 */
export class TimeSeries {
  readonly #closed: Interval[] = [];
  /** Times at which the run was resumed, in ms of work. */
  readonly #resumedAtMs: number[] = [];
  #widthMs = FIRST_WIDTH_MS;
  #open = new Interval();
  #openedAt: number;

  /** @param nowMs start of this part of the run, monotonic. */
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

  /** The present interval. */
  get open(): Interval {
    return this.#open;
  }

  /** Samples the calls in flight, and begins the next interval where this one is long enough. */
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
 * Merges neighbours in place, into intervals of at most `widthMs`, and at least half of that (but for the last), so
 * that a run with a hundred interruptions does not keep intervals of a few ms.
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
