import type { StepEntry } from '../../checkpoint/journal/journal-entry.js';
import type { RunTally } from '../../monitor/run-tally.js';
import { type RunPart, recordOfStep } from './run-parts.js';

/**
 * Counts the steps of rows that have no result yet: their calls are made. A row that goes on counts them again, with its
 * result, so a tally that is saved must not have them.
 */
export function addSteps(tally: RunTally, steps: Iterable<StepEntry>, parts: readonly RunPart[]): void {
  for (const entry of steps) {
    const { calls, spent } = entry.outcome;
    const record = recordOfStep(entry, parts);
    if (record === undefined) tally.addCalls(calls, spent);
    // The answers of all steps are kept; of a tier's that is not known yet.
    else tally.addStep(record, parts[0]?.step !== undefined);
  }
}
