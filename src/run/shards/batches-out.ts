import type { BatchesOut } from '../../monitor/live-counts.js';
import type { Shard } from './shard.js';

/** What the service said last of the batches that are out; undefined where none is. `wallNow` is in ms since 1970. */
export function batchesOut(out: readonly Shard[], wallNow: number): BatchesOut | undefined {
  const words = new Map<string, number>();
  let rows = 0;
  let done: number | undefined;
  let oldest = wallNow;
  let expiry: number | undefined;
  for (const shard of out) {
    const { batch } = shard;
    if (batch === undefined) continue;
    words.set(batch.word, (words.get(batch.word) ?? 0) + 1);
    rows += shard.rows.count;
    if (batch.counts !== undefined) done = (done ?? 0) + batch.counts.succeeded + batch.counts.failed;
    oldest = Math.min(oldest, batch.createdAt ?? shard.sentAt);
    if (batch.expiresAt !== undefined) expiry = Math.min(expiry ?? batch.expiresAt, batch.expiresAt);
  }
  if (words.size === 0) return undefined;
  return {
    ...{ words, rows, done, ageMs: wallNow - oldest },
    expiresInMs: expiry === undefined ? undefined : Math.max(0, expiry - wallNow),
  };
}
