import type { BatchApiError } from '../../batch-api/batch-service.js';
import type { CallError } from '../../fabric/call-error.js';
import type { CallPlan } from '../../run/plan/call-plan.js';
import type { FabricPlan } from '../../run/plan/fabric.js';

/** The calls of which one was refused. */
export type AdvisedCalls = Pick<CallPlan, 'fabric' | 'steps'>;

/** What to check after a service refused a call for a reason that concerns the whole run. */
export function adviceOn(error: CallError, calls: AdvisedCalls): string {
  const fabric = fabricOf(calls, error);
  const { advice, proxyVariable } = error.details;
  if (proxyVariable !== undefined) return `check ${proxyVariable} and NO_PROXY`;
  if (advice !== undefined) return fabric.kind === 'model' ? `${advice} in ${fabric.source.text}` : advice;
  switch (error.kind) {
    case 'auth':
      return `the key${inVariable(fabric)} is refused`;
    case 'unknown-fabric':
      return fabric.kind === 'model'
        ? `check the model "${fabric.definition.model}" and the baseUrl in ${fabric.source.text}`
        : 'check --fabric and --base-url';
    case 'no-credit':
      return 'no credit is left';
    case 'misconfigured':
      return fabric.kind === 'model' ? `check the baseUrl in ${fabric.source.text}` : 'check --base-url';
    default:
      return error.kind;
  }
}

/** What a batch API said, and what to check. */
export function describeBatchApiError({ message, kind }: BatchApiError): string {
  return kind === 'not-visible' ? `${message} (give the key, or the project, that created it)` : message;
}

/** Of a chain, that of the step that met the refusal. */
function fabricOf({ fabric, steps }: AdvisedCalls, { details }: CallError): FabricPlan {
  if (fabric.kind !== 'steps') return fabric;
  const step = steps?.find(({ name }) => name === details.step) ?? steps?.[0];
  if (step === undefined) throw new Error(`${fabric.id} has no steps in its plan`);
  return step.calls.fabric;
}

function inVariable(fabric: FabricPlan): string {
  if (fabric.kind === 'local' || fabric.kind === 'llama') return '';
  const { keyEnv } = fabric.definition;
  return keyEnv === undefined ? ' (there is none: the fabric file names no keyEnv)' : ` in ${keyEnv}`;
}
