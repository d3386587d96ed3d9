import type { AnsweredSteps } from '../../fabric/fabric.js';
import type { JsonObject } from '../../rows/row.js';
import type { CallPlan } from '../plan/call-plan.js';

/**
 * The answer of a row of which a step failed: as that of any row, with null for the steps that have none. Undefined where
 * no step was answered.
 */
export function answerInPart(
  answered: AnsweredSteps | undefined,
  steps: CallPlan['steps'] = undefined,
): JsonObject | undefined {
  if (answered === undefined || steps === undefined || Object.keys(answered).length === 0) return undefined;
  return Object.fromEntries(steps.map(({ name }) => [name, answered[name]?.answer ?? null]));
}
