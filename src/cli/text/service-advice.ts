import type { BatchApiError } from '../../batch-api/batch-service.js';
import type { CallError } from '../../fabric/call-error.js';
import type { FabricPlan } from '../../run/plan/fabric.js';

/** What to check after a service refused a call for a reason that concerns the whole run. */
export function adviceOn(error: CallError, fabric: FabricPlan): string {
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

function inVariable(fabric: FabricPlan): string {
  if (fabric.kind === 'local' || fabric.kind === 'llama') return '';
  const { keyEnv } = fabric.definition;
  return keyEnv === undefined ? ' (there is none: the fabric file names no keyEnv)' : ` in ${keyEnv}`;
}
