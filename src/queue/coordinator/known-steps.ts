import type { Row } from '../../rows/row.js';
import { answeredField, formatAnswered, formatStep, stepField } from '../protocol/step-form.js';
import type { QueueExecutorOptions } from './queue-executor-options.js';

/** What is known of the steps of rows from before an interruption, and from an earlier run, as it lies in the hash of a batch. */
export function knownSteps(
  rows: readonly Row[],
  { steps: journal, answeredOf }: Pick<QueueExecutorOptions, 'steps' | 'answeredOf'>,
): Map<string, string> {
  const steps = new Map<string, string>();
  for (const row of rows) {
    for (const [step, outcome] of journal.stepsOf(row.number))
      steps.set(stepField(row.number, step), formatStep(outcome));
    const answered = answeredOf?.(row);
    if (answered !== undefined) steps.set(answeredField(row.number), formatAnswered(answered));
  }
  return steps;
}
