import cacache from 'cacache';

export interface CacheStats {
  readonly answers: number;
  /** Of the answers, each content once. */
  readonly bytes: number;
  /** In ms since 1970; undefined where there is none. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
}

/** What is in a cache's folder; nothing where there is no folder. */
export async function cacheStats(folder: string): Promise<CacheStats> {
  const contents = new Map<string, number>();
  const times: number[] = [];
  for await (const entry of cacache.ls.stream(folder) as AsyncIterable<cacache.CacheObject>) {
    contents.set(entry.integrity, entry.size ?? 0);
    times.push(entry.time);
  }
  return {
    answers: times.length,
    bytes: [...contents.values()].reduce((sum, bytes) => sum + bytes, 0),
    oldest: times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b)),
    newest: times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b)),
  };
}

/** Removes all answers; runs that use the cache meanwhile ask anew. */
export async function clearCache(folder: string): Promise<void> {
  await cacache.rm.all(folder);
}
