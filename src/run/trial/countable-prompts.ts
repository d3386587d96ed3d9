import type { Inputs } from '../../fabric/fabric.js';
import { stepInputsOf } from '../../fabric/steps/step-inputs.js';
import { type CallPlan, type FabricCalls, type StepPlan, tiersOf } from '../plan/call-plan.js';

/** A fabric whose prompts can be made of rows alone. */
export interface CountablePrompt {
  readonly calls: FabricCalls;
  /** Of a run with steps. */
  readonly step?: string;
  /** What it is sent of a row; undefined where it is not asked about it. */
  readonly inputsOf: (inputs: Inputs) => Inputs | undefined;
}

/** The fabrics of a run whose prompts can be counted before the first call; those of steps that use answers cannot. */
export function countablePrompts(calls: CallPlan): readonly CountablePrompt[] {
  if (calls.steps === undefined)
    return tiersOf(calls).map((one) => ({ calls: one, inputsOf: (inputs) => inputs }));
  return calls.steps.filter(isOfRowAlone).map((step) => {
    const sentOf = stepInputsOf(step.sent);
    return {
      ...{ calls: step.calls, step: step.name },
      inputsOf: (inputs) => (mayBeAsked(step, inputs) ? sentOf(inputs, {}) : undefined),
    };
  });
}

function isOfRowAlone({ sent: { needs, inputs = [] } }: StepPlan): boolean {
  return needs.length === 0 && inputs.every(({ from }) => 'column' in from);
}

/** What a condition on answers will be, nobody knows. */
function mayBeAsked({ when }: StepPlan, inputs: Inputs): boolean {
  return when === undefined || when.condition.steps.length > 0 || when.condition.holdsFor(inputs);
}
