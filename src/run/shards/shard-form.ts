import { z } from 'zod';

/**
 * The steps of shards, a line each in `shards.jsonl`. A step is on disk before the next one begins, so after a crash
 * the last line says what may have been sent and not been answered. No line holds a secret.
 */
export type ShardRecord = z.infer<typeof shardRecord>;

export type BatchRecord = z.infer<typeof batch>;

const count = z.number().int().nonnegative();

const batch = z.object({
  id: z.string(),
  phase: z.enum(['queued', 'running', 'finalizing', 'cancelling', 'ended']),
  word: z.string(),
  counts: z.object({ total: count, succeeded: count, failed: count }).optional(),
  createdAt: z.number().optional(),
  expiresAt: z.number().optional(),
  details: z.record(z.string(), z.unknown()),
});

const step = { shard: count, at: z.number() };

const shardRecord = z.discriminatedUnion('step', [
  /** The run begins to send rows: `key` is a fingerprint of the key, by which batches are visible or not. */
  z.object({ step: z.literal('opened'), at: z.number(), service: z.string(), key: z.string() }),
  /** Nothing is out, and nothing is sent any more: what has no result is run live. */
  z.object({ step: z.literal('live'), at: z.number() }),
  /** The service's queue holds no more tokens. */
  z.object({ step: z.literal('queue-limit'), at: z.number(), tokens: count }),
  /** The form of requests from now on: the service refused a better one. */
  z.object({ step: z.literal('form'), at: z.number(), form: z.string() }),
  /** Its request file is whole and on disk. */
  z.object({
    step: z.literal('written'),
    ...step,
    /** All rows of the input from the last shard to this one have their results here, sent or not; null: sent again. */
    home: z.object({ from: count, to: count }).nullable(),
    /** The rows in it, as `RowRanges` writes them. */
    rows: z.string(),
    bytes: count,
    /** The form of all of its requests. */
    form: z.string(),
    /** Of the prompts in it, as far as can be told before. */
    tokens: count,
    /** The most that it can cost; null where nobody asked. */
    reserved: z.number().nullable(),
    /** From open files of other shards, so many rows each. */
    takes: z.array(z.object({ shard: count, rows: count })),
  }),
  z.object({ step: z.literal('uploading'), ...step }),
  z.object({ step: z.literal('uploaded'), ...step, file: z.string() }),
  /** `by` is a fingerprint of the address and the key that it was sent with: others may not see what it made. */
  z.object({ step: z.literal('creating'), ...step, by: z.string().optional() }),
  /** It has its batch, as the service answered or as it was found. */
  z.object({ step: z.literal('created'), ...step, batch }),
  /** A definite no to its creation, or its batch failed before anything ran: it may be created again. */
  z.object({ step: z.literal('freed'), ...step, why: z.string() }),
  /** What the service says of it has changed: for who looks from outside. */
  z.object({ step: z.literal('seen'), ...step, batch }),
  /** Its file was removed from the service, where no batch was made of it. */
  z.object({ step: z.literal('withdrawn'), ...step }),
  z.object({ step: z.literal('ended'), ...step, batch }),
  /** All of its results are on disk; `open` rows have none. */
  z.object({
    step: z.literal('harvested'),
    ...step,
    answered: count,
    failed: count,
    open: count,
    cost: z.number(),
    tokens: z.object({ in: z.number(), out: z.number() }),
  }),
  /** What it has at the service stays there, as was asked for. */
  z.object({ step: z.literal('kept'), ...step }),
  /** Nothing of it is left at the service. */
  z.object({ step: z.literal('removed'), ...step }),
]);

/** @throws SyntaxError for a line that is none. */
export function parseShardRecord(line: string): ShardRecord {
  const result = shardRecord.safeParse(JSON.parse(line));
  if (!result.success) throw new SyntaxError(`no step of a shard: ${line.slice(0, 200)}`);
  return result.data;
}
