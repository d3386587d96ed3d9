import { formatCount } from '../wording.js';
import { type Change, type Condition, Latch, WELL_BELOW } from './condition.js';
import type { Observed } from './observed.js';
import { percent } from './percent.js';

/** A run of a night should be judged by what happens now: 10 % since its start would hide an hour of nothing else. */
const WINDOW_MS = 5 * 60_000;
/** Of fewer rows, one failure says little. */
const FEWEST_ROWS = 20;

interface Sample {
  readonly at: number;
  readonly rows: number;
  readonly failed: number;
}

/** Too many of the rows of the last five minutes failed. */
export class ErrorRate implements Condition {
  readonly alert = 'error-rate';
  value = 0;
  readonly #latch = new Latch();
  #rows = 0;
  /** The first one is where the window begins, or the last before it. */
  readonly #samples: Sample[] = [];

  /** @param threshold of all rows, 0 to 1; it fires above it. */
  constructor(
    private readonly observed: Observed,
    readonly threshold: number,
  ) {
    this.#samples.push({ at: Number.NEGATIVE_INFINITY, rows: observed.rows, failed: observed.failed });
  }

  evaluate(now: number): Change {
    const { rows, failed } = this.observed;
    const samples = this.#samples;
    samples.push({ at: now, rows, failed });
    while ((samples[1]?.at ?? now) <= now - WINDOW_MS) samples.shift();
    const first = samples[0] ?? { rows, failed };
    this.#rows = rows - first.rows;
    // With too few rows nothing is known, neither that it is well again.
    if (this.#rows < FEWEST_ROWS) return 'nothing';
    this.value = (failed - first.failed) / this.#rows;
    return this.#latch.turn(this.value > this.threshold, this.value <= this.threshold * WELL_BELOW);
  }

  describe(): string {
    return `${percent(this.value)} of the last ${formatCount(this.#rows)} rows failed (limit ${percent(this.threshold)})`;
  }
}
