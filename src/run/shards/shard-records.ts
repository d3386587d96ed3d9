import type { RemoteBatch } from '../../batch-api/batch-service.js';
import type { JsonObject } from '../../rows/row.js';
import type { BatchRecord } from './shard-form.js';

export type { ShardRecord } from './shard-form.js';

/** A batch as it is kept: an error in it is told at once, and not kept. */
export function batchRecord({ refusal: _, details, ...remote }: RemoteBatch): BatchRecord {
  return { ...remote, details: { ...details } };
}

export function remoteBatchOf(record: BatchRecord): RemoteBatch {
  const { counts, createdAt, expiresAt, details, ...rest } = record;
  return {
    ...rest,
    ...(counts && { counts }),
    ...(createdAt !== undefined && { createdAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    // It came from a JSON file.
    details: details as JsonObject,
  };
}
