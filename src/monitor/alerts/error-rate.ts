import { counted, formatPercent } from '../../wording/wording.js';
import { type Change, type Condition, Latch, type Observed, WELL_BELOW } from './condition.js';

/** A window, not the whole run: over a night, 10 % since the start can hide an hour in which every row fails. */
const WINDOW_MS = 5 * 60_000;
/** Rows needed in the window: among fewer, one failure says little. */
const FEWEST_ROWS = 20;

interface Sample {
  readonly at: number;
  readonly rows: number;
  readonly failed: number;
}

/** Fires when too many rows of the last five minutes failed. */
export class ErrorRate implements Condition {
  readonly alert = 'error-rate';
  value = 0;
  readonly #latch = new Latch();
  #rows = 0;
  /** The first sample is at the beginning of the window, or the last before it. */
  readonly #samples: Sample[] = [];

  /** @param threshold share of failed rows, 0 to 1; it fires above it. */
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
    // Too few rows prove neither a fault nor a recovery.
    if (this.#rows < FEWEST_ROWS) return 'nothing';
    this.value = (failed - first.failed) / this.#rows;
    return this.#latch.turn(this.value > this.threshold, this.value <= this.threshold * WELL_BELOW);
  }

  describe(): string {
    return `${formatPercent(this.value)} of the last ${counted(this.#rows, 'row')} failed (limit ${formatPercent(this.threshold)})`;
  }
}
