import type { StepOutcome } from '../../fabric/step-outcome.js';
import type { StepEntry } from './journal-entry.js';

const NO_STEPS: ReadonlyMap<string, StepOutcome> = new Map();

/** The steps of rows that had no result when a run was interrupted, as its journal has them. */
export class StepRecords {
  /** By row, then by step. */
  readonly #rows = new Map<number, Map<string, StepOutcome>>();

  add({ row, step, outcome }: StepEntry): void {
    const steps = this.#rows.get(row);
    if (steps === undefined) this.#rows.set(row, new Map([[step, outcome]]));
    else steps.set(step, outcome);
  }

  find(row: number, step: string): StepOutcome | undefined {
    return this.of(row).get(step);
  }

  /** All steps of a row, by name. */
  of(row: number): ReadonlyMap<string, StepOutcome> {
    return (this.#rows.size === 0 ? undefined : this.#rows.get(row)) ?? NO_STEPS;
  }

  /** The steps of rows that are not among `results`, which have counted theirs. */
  *without(results: ReadonlyMap<number, unknown>): Generator<StepEntry, void> {
    for (const [row, steps] of this.#rows) {
      if (results.has(row)) continue;
      for (const [step, outcome] of steps) yield { row, step, outcome };
    }
  }
}
