import type { Found, RemoteBatch } from './batch-service.js';

/** Which of the batches with a shard's tag is its own: one that was refused as a whole was created again. */
export function chosenBatch(found: readonly RemoteBatch[]): Found {
  const alive = found.filter(({ refusal }) => refusal === undefined);
  const [first, ...more] = alive.length > 0 ? alive : found.slice(0, 1);
  if (first === undefined) return { kind: 'none' };
  return more.length === 0 ? { kind: 'one', batch: first } : { kind: 'unsure', batches: [first, ...more] };
}
