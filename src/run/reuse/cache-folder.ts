import { stat } from 'node:fs/promises';
import { type CacheStats, cacheStats, clearCache } from '../../cache/cache-upkeep.js';
import { usualCache } from '../plan/cache.js';
import type { Environment } from '../settings/environment.js';
import { SetUpError } from '../settings/set-up-error.js';

/** A cache's folder, and what is in it; undefined where there is no such folder. */
export interface FoundCache {
  readonly folder: string;
  readonly stats: CacheStats | undefined;
}

/**
 * Looks into the folder of a cache, the usual one where none is given.
 *
 * @throws SetUpError where it is no folder.
 */
export async function findCache(folder: string | undefined, environment: Environment): Promise<FoundCache> {
  const decided = folder ?? usualCache(environment);
  const found = await stat(decided).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new SetUpError(`--cache: ${decided} cannot be read (${String(error.code)})`);
  });
  if (found === undefined) return { folder: decided, stats: undefined };
  if (!found.isDirectory()) throw new SetUpError(`--cache: ${decided} is not a folder`);
  return { folder: decided, stats: await cacheStats(decided) };
}

/**
 * Removes all answers of a cache. What else lies in its folder stays.
 *
 * @throws SetUpError where it is no folder, or one that no run has made for its answers alone.
 */
export async function emptyCache(folder: string | undefined, environment: Environment): Promise<FoundCache> {
  const found = await findCache(folder, environment);
  if (found.stats === undefined) return found;
  const { others, isOwn } = found.stats;
  if (others > 0) {
    throw new SetUpError(`--cache: ${found.folder} holds what is not batchai's; nothing was removed`);
  }
  // The usual folder is batchai's by its name.
  if (!isOwn && folder !== undefined) {
    throw new SetUpError(
      `--cache: ${found.folder} has no batchai-cache.json, which tells that a run made it for its answers; nothing was removed. Where it holds answers all the same, delete index-v5, content-v2 and tmp in it`,
    );
  }
  await clearCache(found.folder);
  return found;
}
