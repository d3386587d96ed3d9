import { counted, formatCount, formatDuration } from '../../wording/wording.js';
import { type Change, type Condition, Latch, type Observed, WELL_BELOW } from './condition.js';

/** A run warms up first: it is judged after this time and number of rows. */
const WARM_UP_MS = 60_000;
const FEWEST_ROWS = 20;

/** Fires when rows take longer than expected, on average since this process began. */
export class Slow implements Condition {
  readonly alert = 'slow';
  value = 0;
  readonly #latch = new Latch();
  #elapsedMs = 0;
  #expectedMs = 0;

  /**
   * @param threshold multiple of the expected time; it fires above it.
   * @param expectedMs the run's time per row, whatever the number of calls in flight.
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
    // So a run that finishes no row is slow too, once the first rows are overdue.
    this.#expectedMs = Math.max(this.observed.rows, FEWEST_ROWS) * this.expectedMs;
    this.value = this.#elapsedMs / this.#expectedMs;
    const isOver = this.#elapsedMs >= WARM_UP_MS && this.value > this.threshold;
    return this.#latch.turn(isOver, this.value <= this.threshold * WELL_BELOW);
  }

  describe(): string {
    const rows = counted(this.observed.rows, 'row');
    const factor = formatCount(Number(this.value.toFixed(1)));
    return `${rows} took ${formatDuration(this.#elapsedMs)}, ${factor} times the expected ${formatDuration(this.#expectedMs)} (limit ${this.threshold} times)`;
  }
}
