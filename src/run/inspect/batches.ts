import { ShardFolder } from '../shards/shard-files.js';
import { readShardLog } from '../shards/shard-log.js';
import { Shards } from '../shards/shards.js';

/** How the batches of a run are, as its log of shards has it. */
export interface BatchesStatus {
  /** The service, as people know it. */
  readonly service: string;
  /** Those at the service whose results are not here. */
  readonly out: readonly OutstandingBatch[];
  /** Shards that are to be created. */
  readonly waiting: number;
  /** Rows that came back without a result, and go into a later batch. */
  readonly openRows: number;
}

export interface OutstandingBatch {
  /** As the service calls it. */
  readonly id: string;
  readonly rows: number;
  /** The service's own word for what it does with it, when it was last looked at. */
  readonly word: string;
  /** Rows that are done of it; null where the service did not count. */
  readonly done: number | null;
  /** Since its creation. */
  readonly ageMs: number;
  /** Null where the service does not say. */
  readonly expiresInMs: number | null;
}

/** Undefined where a run has nothing at a batch API. `wallNow` is in ms since 1970. */
export async function readBatches(checkpoint: string, wallNow: number): Promise<BatchesStatus | undefined> {
  const { records } = await readShardLog(new ShardFolder(checkpoint).log);
  const shards = new Shards(records);
  if (shards.opened === undefined) return undefined;
  return {
    service: shards.opened.service,
    out: shards.out.flatMap(({ batch, rows, sentAt }) =>
      batch === undefined
        ? []
        : {
            id: batch.id,
            rows: rows.count,
            word: batch.word,
            done: batch.counts === undefined ? null : batch.counts.succeeded + batch.counts.failed,
            ageMs: Math.max(0, wallNow - (batch.createdAt ?? sentAt)),
            expiresInMs: batch.expiresAt === undefined ? null : batch.expiresAt - wallNow,
          },
    ),
    waiting: shards.waiting.length,
    openRows: shards.openRows,
  };
}
