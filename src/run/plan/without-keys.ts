import { KEY_VARIABLES } from '../../fabric/file/check-address.js';
import type { Environment } from '../settings/environment.js';
import type { CallPlan } from './call-plan.js';
import type { FabricPlan } from './fabric.js';

/** The queue's address may hold its password. */
const QUEUE_VARIABLE = 'BATCHAI_QUEUE_URL';

/**
 * The environment for a command that a run starts: without the variables of the services' keys and of the queue, and
 * without any other that holds the key of one of the run's fabrics.
 */
export function withoutKeys(environment: Environment, { fabric, tiers }: CallPlan): Environment {
  const judge = tiers?.score.kind === 'fabric' ? [tiers.score.judge.fabric] : [];
  const fabrics = [fabric, ...(tiers?.upper ?? []).map((one) => one.fabric), ...judge];
  const names = new Set<string>([
    QUEUE_VARIABLE,
    ...Object.values(KEY_VARIABLES),
    ...fabrics.flatMap(keyVariable),
  ]);
  const keys = new Set([...names].flatMap((name) => environment[name] || []));
  return Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => !names.has(name) && !keys.has(value ?? '')),
  );
}

function keyVariable(fabric: FabricPlan): string[] {
  if (fabric.kind !== 'promptha' && fabric.kind !== 'model') return [];
  return fabric.definition.keyEnv === undefined ? [] : [fabric.definition.keyEnv];
}
