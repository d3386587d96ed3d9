import { KEY_VARIABLES } from '../../fabric/file/check-address.js';
import { type CallPlan, type FabricCalls, fabricsOf } from '../plan/call-plan.js';
import type { Environment } from '../settings/environment.js';

/** The queue's address may hold its password. */
const QUEUE_VARIABLE = 'BATCHAI_QUEUE_URL';

/**
 * The environment for a command that a run starts: without the variables of the services' keys and of the queue, and
 * without any other that holds the key of one of the run's fabrics.
 */
export function withoutKeys(environment: Environment, calls: CallPlan): Environment {
  const names = new Set<string>([
    QUEUE_VARIABLE,
    ...Object.values(KEY_VARIABLES),
    ...fabricsOf(calls).flatMap(keyVariable),
  ]);
  const keys = new Set([...names].flatMap((name) => environment[name] || []));
  return Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => !names.has(name) && !keys.has(value ?? '')),
  );
}

function keyVariable({ fabric }: FabricCalls): string[] {
  if (fabric.kind !== 'promptha' && fabric.kind !== 'model') return [];
  return fabric.definition.keyEnv === undefined ? [] : [fabric.definition.keyEnv];
}
