import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import cacache from 'cacache';
import { PREFIX } from './answer-cache.js';
import { isMarked, storedIn } from './cache-place.js';

export interface CacheStats {
  readonly answers: number;
  /** Size of the answers; equal ones count once. */
  readonly bytes: number;
  /** In ms since 1970; undefined where there is no answer. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  /** Entries of other programs that use the folder. */
  readonly others: number;
  /** True if the folder is known to be a cache of answers and nothing else. */
  readonly isOwn: boolean;
}

/** Counts what is in a cache's folder; all zero where there is no folder. */
export async function cacheStats(folder: string): Promise<CacheStats> {
  const contents = new Map<string, number>();
  const times: number[] = [];
  let others = 0;
  for await (const entry of cacache.ls.stream(folder) as AsyncIterable<cacache.CacheObject>) {
    if (!entry.key.startsWith(PREFIX)) {
      others++;
      continue;
    }
    contents.set(entry.integrity, entry.size ?? 0);
    times.push(entry.time);
  }
  return {
    answers: times.length,
    bytes: [...contents.values()].reduce((sum, bytes) => sum + bytes, 0),
    oldest: times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b)),
    newest: times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b)),
    others,
    isOwn: await isMarked(folder),
  };
}

/** Removes all answers and no other file. Runs that use the cache meanwhile call again. */
export async function clearCache(folder: string): Promise<void> {
  // cacache's own `rm.all` would read the folder's name as a pattern.
  const names = await storedIn(folder);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
