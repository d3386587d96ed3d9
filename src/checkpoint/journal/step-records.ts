import type { StepOutcome } from '../../fabric/step-outcome.js';
import type { StepEntry } from './journal-entry.js';

/** The steps of rows that had no result when a run was interrupted, as its journal has them. */
export class StepRecords {
  /** By row and step. */
  readonly #steps = new Map<string, StepEntry>();

  add(entry: StepEntry): void {
    this.#steps.set(`${entry.row} ${entry.step}`, entry);
  }

  find(row: number, step: string): StepOutcome | undefined {
    return this.#steps.size === 0 ? undefined : this.#steps.get(`${row} ${step}`)?.outcome;
  }

  /** What the steps took of rows that are not among `results`, which have counted theirs. */
  takenWithout(results: ReadonlyMap<number, unknown>): { calls: number; cost: number } {
    const sum = { calls: 0, cost: 0 };
    for (const { row, outcome } of this.#steps.values()) {
      if (results.has(row)) continue;
      sum.calls += outcome.calls;
      sum.cost += outcome.spent?.cost ?? 0;
    }
    return sum;
  }
}
