import { stat } from 'node:fs/promises';
import type { Row } from '../../rows/row.js';
import type { CachePlan } from '../plan/cache.js';

/**
 * Whether the cache has the answer to a row; undefined where there is no cache yet, and every row will be called.
 *
 * @param inputsTextOf what a row asks, in full
 * @param wallNow ms since 1970
 */
export async function cachedQuestions(
  cache: CachePlan | undefined,
  inputsTextOf: (row: Row) => string,
  wallNow: () => number,
): Promise<((row: Row) => Promise<boolean>) | undefined> {
  const found = cache && (await stat(cache.folder).catch(() => undefined));
  if (cache === undefined || found === undefined) return undefined;
  const { FileCache } = await import('../../cache/answer-cache.js');
  // The run itself reports an unreadable cache and calls every row.
  const files = new FileCache({ ...cache, wallNow, onFailed: () => {} });
  return (row) => files.has(inputsTextOf(row));
}
