import { stat } from 'node:fs/promises';
import { type CacheStats, cacheStats, clearCache } from '../cache/cache-upkeep.js';
import { usualCache } from './plan-cache.js';
import type { Environment } from './plan-key.js';
import { SetUpError } from './set-up-error.js';

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
 * @throws SetUpError where it is no folder, or the cache of another program as well.
 */
export async function emptyCache(folder: string | undefined, environment: Environment): Promise<FoundCache> {
  const found = await findCache(folder, environment);
  if (found.stats === undefined) return found;
  if (found.stats.others > 0) {
    throw new SetUpError(`--cache: ${found.folder} holds what is not batchai's; nothing was removed`);
  }
  await clearCache(found.folder);
  return found;
}
