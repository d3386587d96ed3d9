import { CallError } from '../call-error.js';
import type { Fabric, FabricCall, Reply } from '../fabric.js';
import { layerOver } from '../layer.js';
import type { StepOutcome, StepStore } from '../step-outcome.js';
import { sumOfInputs } from '../sum-of-inputs.js';

/** For runs whose steps are kept nowhere. */
export const NO_STEPS: StepStore = {
  keepsSteps: false,
  stepBefore: () => undefined,
  recordStep: async () => {},
};

/** The layer that makes no call for a step that has an outcome already, and keeps each new one before it goes on. */
export function remembered(next: Fabric, name: string, store: StepStore): Fabric {
  return layerOver(next, async (call) => {
    // The row may be edited while the run is interrupted: an answer to its old text does not answer the new one.
    const step = `${name} ${sumOfInputs(call)}`;
    const before = store.stepBefore(call.row, step);
    if (before !== undefined) return replay(call, before);
    try {
      const reply = await next.run(call);
      const { answer, latencyMs, model } = reply;
      const by = model === undefined ? {} : { model };
      await store.recordStep(call.row, step, { answer, latencyMs, ...by, ...tookOf(call) });
      call.isKept = store.keepsSteps;
      return reply;
    } catch (error) {
      if (!(error instanceof CallError) || error.stopsRun || error.kind === 'aborted') throw error;
      const { kind, message, details } = error;
      const status = details.status === undefined ? {} : { status: details.status };
      await store.recordStep(call.row, step, { failure: { kind, message, ...status }, ...tookOf(call) });
      call.isKept = store.keepsSteps;
      throw error;
    }
  });
}

function replay(call: FabricCall, outcome: StepOutcome): Reply {
  call.calls = outcome.calls;
  call.attempts = outcome.attempts;
  if (outcome.spent !== undefined) call.spent = outcome.spent;
  call.isKept = true;
  if ('failure' in outcome) {
    const { kind, message, status } = outcome.failure;
    throw new CallError(kind, message, status === undefined ? {} : { status });
  }
  const { answer, latencyMs, model } = outcome;
  return model === undefined ? { answer, latencyMs } : { answer, latencyMs, model };
}

function tookOf({ calls, attempts, spent }: FabricCall) {
  return { calls, attempts, ...(spent === undefined ? {} : { spent }) };
}
