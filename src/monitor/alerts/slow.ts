import { formatCount, formatDuration } from '../wording.js';
import { type Change, type Condition, Latch, WELL_BELOW } from './condition.js';
import type { Observed } from './observed.js';

/** A run warms up: before this, and for fewer rows, nobody can say that it is slow. */
const WARM_UP_MS = 60_000;
const FEWEST_ROWS = 20;

/** The rows take longer than they should, all in all, since this process began. */
export class Slow implements Condition {
  readonly alert = 'slow';
  value = 0;
  readonly #latch = new Latch();
  #elapsedMs = 0;
  #expectedMs = 0;

  /**
   * @param threshold how many times the expected time; it fires above it.
   * @param expectedMs of one row: of the run's time, whatever the number of calls in flight.
   * @param startedAt ms, monotonic.
   */
  constructor(
    private readonly observed: Observed,
    readonly threshold: number,
    private readonly expectedMs: number,
    private readonly startedAt: number,
  ) {}

  evaluate(now: number): Change {
    this.#elapsedMs = now - this.startedAt;
    // A run that does nothing at all is slow too, as soon as the first rows should have been done.
    this.#expectedMs = Math.max(this.observed.rows, FEWEST_ROWS) * this.expectedMs;
    this.value = this.#elapsedMs / this.#expectedMs;
    const isOver = this.#elapsedMs >= WARM_UP_MS && this.value > this.threshold;
    return this.#latch.turn(isOver, this.value <= this.threshold * WELL_BELOW);
  }

  describe(): string {
    const rows = formatCount(this.observed.rows);
    const factor = formatCount(Number(this.value.toFixed(1)));
    return `${rows} rows took ${formatDuration(this.#elapsedMs)}, ${factor} times the expected ${formatDuration(this.#expectedMs)} (limit ${this.threshold} times)`;
  }
}
