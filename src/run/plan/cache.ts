import { homedir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../rows/row.js';
import type { Environment } from '../settings/environment.js';
import { type CallPlan, startOf, tiersOf } from './call-plan.js';
import type { FabricPlan } from './fabric.js';

/** Where answers are kept over runs. */
export interface CachePlan {
  readonly folder: string;
  /** Older answers are not used, in ms; undefined: all are used. */
  readonly ttlMs: number | undefined;
  /** What makes the answers besides a row's inputs. */
  readonly fingerprint: JsonObject;
}

/** The settings of the cache. */
export interface CacheSettings {
  /** A folder, or the usual one; undefined: there is none. */
  readonly cache?: string | 'usual';
  readonly cacheTtlMs?: number;
  readonly environment: Environment;
}

export function decideCache(
  { cache, cacheTtlMs, environment }: CacheSettings,
  calls: CallPlan,
): CachePlan | undefined {
  if (cache === undefined) return undefined;
  const folder = cache === 'usual' ? usualCache(environment) : cache;
  return { folder, ttlMs: cacheTtlMs, fingerprint: fingerprintOf(calls) };
}

/** As the XDG base directory specification has it: `$XDG_CACHE_HOME/batchai`, or `~/.cache/batchai`. */
export function usualCache(environment: Environment): string {
  return join(environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache'), 'batchai');
}

function fingerprintOf(calls: CallPlan): JsonObject {
  const { tiers, steps } = calls;
  if (steps !== undefined) {
    // Which base URL a fabric at Promptha has, the hash of the steps does not say.
    const fabrics = steps.map((step) => fingerprintOfFabric(step.calls.fabric));
    return { steps: calls.fabric.definitionHash, fabrics };
  }
  if (tiers === undefined) return fingerprintOfFabric(startOf(calls).fabric);
  const { score, minScore } = tiers;
  return {
    tiers: tiersOf(calls).map(({ fabric }) => fingerprintOfFabric(fabric)),
    score:
      score.kind === 'fabric'
        ? { kind: score.kind, judge: fingerprintOfFabric(score.judge.fabric) }
        : { ...score },
    minScore,
  };
}

/** A fabric at Promptha may change without notice, so its answers are kept by its base URL and id. */
function fingerprintOfFabric(fabric: FabricPlan): JsonObject {
  switch (fabric.kind) {
    case 'local':
      return { local: fabric.name };
    case 'promptha':
      return { promptha: fabric.definition.baseUrl, fabricId: fabric.definition.fabricId };
    default:
      return { definition: fabric.definitionHash };
  }
}
