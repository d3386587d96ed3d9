import { isStepOutcome, type StepOutcome } from '../../fabric/step-outcome.js';
import { DEEPEST_KEPT } from '../../json/nesting.js';
import { parseJson } from '../../json/parse-json.js';
import { stringifyJson } from '../../json/stringify-json.js';

/** A step on a row's way to its result, as it is called in the hash of its batch. */
export function stepField(row: number, step: string): string {
  return `w${row} ${step}`;
}

export function formatStep(outcome: StepOutcome): string {
  return stringifyJson(outcome);
}

/** Undefined where the text is no outcome: the step is then to be taken again. */
export function readStep(text: string): StepOutcome | undefined {
  try {
    const found = parseJson(text, DEEPEST_KEPT);
    return isStepOutcome(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** A step, as it lies in the hash of a batch. */
export interface QueuedStep {
  readonly row: number;
  readonly step: string;
  readonly text: string;
  readonly outcome: StepOutcome;
}

/** Reads a field of a batch's hash; undefined where it is no step. */
export function readStepField(field: string, text: string): QueuedStep | undefined {
  const [, row, step] = /^w(\d+) (.+)$/s.exec(field) ?? [];
  if (step === undefined) return undefined;
  const outcome = readStep(text);
  return outcome && { row: Number(row), step, text, outcome };
}

/** Reads `<batch id> w<row> <step>`, a line end, and the outcome: what a worker tells the coordinator of a step. */
export function readToldStep(entry: string): (QueuedStep & { readonly batchId: string }) | undefined {
  const [, batchId, field, text] = /^(\S+) ([^\n]+)\n(.*)$/s.exec(entry) ?? [];
  if (batchId === undefined || field === undefined || text === undefined) return undefined;
  const found = readStepField(field, text);
  return found && { ...found, batchId };
}
