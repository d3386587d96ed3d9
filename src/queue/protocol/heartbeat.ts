import type { Redis } from 'ioredis';
import { sharedKeys } from './protocol.js';

/** A worker that has said nothing for so long is gone, in ms. */
export const HEARTBEAT_TTL_MS = 5_000;

/** A worker's calls for one run, as they stand. */
export interface RunCalls {
  /** They have gone out and have not come back. */
  readonly inFlight: number;
  /** They wait for their turn under a rate or a limit of tokens. */
  readonly forLimit: number;
  /** Rows that wait for their next try. */
  readonly inBackoff: number;
}

export const NO_CALLS: RunCalls = { inFlight: 0, forLimit: 0, inBackoff: 0 };

/** What a worker says of itself every second. */
export interface Heartbeat {
  readonly id: string;
  /** As its owner calls it. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** Of batchai. */
  readonly version: string;
  readonly protocol: number;
  readonly rowsPerSecond: number;
  /** Calls that have gone out and have not come back. */
  readonly inFlight: number;
  /** The runs whose batches it takes. */
  readonly runs: readonly string[];
  /** Its calls by the run that they are for. */
  readonly calls: Readonly<Record<string, RunCalls>>;
  /** The runs that it leaves to others, and the variable with the key that it lacks. */
  readonly lacks: Readonly<Record<string, string>>;
  /** In ms since 1970. */
  readonly at: number;
}

export async function writeHeartbeat(redis: Redis, prefix: string, beat: Heartbeat): Promise<void> {
  const { workers, worker } = sharedKeys(prefix);
  await redis
    .pipeline()
    .set(worker(beat.id), JSON.stringify(beat), 'PX', HEARTBEAT_TTL_MS)
    .sadd(workers, beat.id)
    .exec();
}

export async function endHeartbeat(redis: Redis, prefix: string, id: string): Promise<void> {
  const { workers, worker } = sharedKeys(prefix);
  await redis.pipeline().del(worker(id)).srem(workers, id).exec();
}

/** All workers that live, of all protocols, by name. */
export async function readHeartbeats(redis: Redis, prefix: string): Promise<Heartbeat[]> {
  const { workers, worker } = sharedKeys(prefix);
  const ids = await redis.smembers(workers);
  if (ids.length === 0) return [];
  const texts = await redis.mget(ids.map(worker));
  const gone = ids.filter((_, index) => texts[index] === null);
  if (gone.length > 0) await redis.srem(workers, ...gone);
  return texts
    .filter((text) => text !== null)
    .map((text) => JSON.parse(text) as Heartbeat)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
