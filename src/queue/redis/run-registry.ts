import type { Redis } from 'ioredis';
import { parseJson } from '../../json/parse-json.js';
import { stringifyJson } from '../../json/stringify-json.js';
import { PROTOCOL, runKeys, sharedKeys } from '../protocol/protocol.js';
import type { QueuedRun } from '../protocol/queued-run.js';
import { FORGET_EXPIRED } from './lease-scripts.js';

/**
 * `running`: workers take its batches. `stopping`: they take none, and let calls in the air land.
 * `stopped`: they end those too.
 */
export type QueuedRunState = 'running' | 'stopping' | 'stopped';

/** A run as it stands in the registry. */
export interface RegisteredRun {
  readonly id: string;
  readonly protocol: number;
  /** Changes whenever a coordinator takes the run up. */
  readonly generation: number;
  readonly state: QueuedRunState;
  readonly run: QueuedRun;
  /** Rows that have a result, ever. */
  readonly rows: number;
  /** Those of them that failed. */
  readonly failed: number;
}

/** What is kept of a run as JSON: its form depends on the protocol, but never the protocol's own place in it. */
interface RunRecord {
  readonly protocol: number;
  readonly run: QueuedRun;
}

export function formatRun(run: QueuedRun): string {
  const record: RunRecord = { protocol: PROTOCOL, run };
  return stringifyJson(record);
}

/** All runs of all protocols, by their ids in no order. Runs whose record has expired are forgotten. */
export async function readRuns(redis: Redis, prefix: string): Promise<RegisteredRun[]> {
  const ids = await redis.smembers(sharedKeys(prefix).runs);
  if (ids.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const id of ids) pipeline.hgetall(runKeys(prefix, id).record);
  const replies = (await pipeline.exec()) ?? [];
  const runs: RegisteredRun[] = [];
  const expired: string[] = [];
  for (const [index, id] of ids.entries()) {
    const [error, fields] = replies[index] ?? [];
    if (error) throw error;
    const run = readRecord(id, fields as Record<string, string>);
    if (run !== undefined) runs.push(run);
    else if (Object.keys(fields as object).length === 0) expired.push(id);
  }
  for (const id of expired)
    await FORGET_EXPIRED.run(redis, [sharedKeys(prefix).runs, runKeys(prefix, id).record], [id]);
  return runs;
}

function readRecord(id: string, fields: Readonly<Record<string, string>>): RegisteredRun | undefined {
  if (fields.run === undefined) return undefined;
  const { protocol, run } = parseJson(fields.run) as unknown as RunRecord;
  return {
    id,
    protocol,
    run,
    generation: Number(fields.generation),
    state: fields.state as QueuedRunState,
    rows: Number(fields.rows ?? 0),
    failed: Number(fields.failed ?? 0),
  };
}
