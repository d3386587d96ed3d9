import type { AnsweredStep, AnsweredSteps } from '../../fabric/fabric.js';
import { isStepOutcome, type StepOutcome } from '../../fabric/step-outcome.js';
import { DEEPEST_KEPT } from '../../json/nesting.js';
import { parseJson } from '../../json/parse-json.js';
import { stringifyJson } from '../../json/stringify-json.js';

/** A step on a row's way to its result, as it is called in the hash of its batch. */
export function stepField(row: number, step: string): string {
  return `w${row} ${step}`;
}

/** The answers that a row's steps have from an earlier run, as they are called in the hash of its batch. */
export function answeredField(row: number): string {
  return `y${row}`;
}

export function formatAnswered(answered: AnsweredSteps): string {
  return stringifyJson(answered);
}

/** Undefined where the text is none: the steps are then asked again. */
export function readAnswered(text: string): AnsweredSteps | undefined {
  const found = parsed(text);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined;
  const isAnswered = (step: unknown): step is AnsweredStep =>
    typeof step === 'object' && step !== null && 'answer' in step && 'asked' in step;
  const steps: Record<string, AnsweredStep> = {};
  for (const [name, step] of Object.entries(found)) if (isAnswered(step)) steps[name] = step;
  return steps;
}

export function formatStep(outcome: StepOutcome): string {
  return stringifyJson(outcome);
}

/** Undefined where the text is no outcome: the step is then to be taken again. */
export function readStep(text: string): StepOutcome | undefined {
  const found = parsed(text);
  return isStepOutcome(found) ? found : undefined;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text, DEEPEST_KEPT);
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
