import { type Heartbeat, readHeartbeats } from '../protocol/heartbeat.js';
import { runKeys } from '../protocol/protocol.js';
import { callsOf, fabricNameOf, type QueuedRun } from '../protocol/queued-run.js';
import { exec } from '../redis/exec.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import { type QueuedRunState, type RegisteredRun, readRuns } from '../redis/run-registry.js';
import { PAUSED_FOR } from '../redis/slot-scripts.js';

export interface QueueStatus {
  /** The oldest first. */
  readonly runs: readonly QueuedRunStatus[];
  /** Of all versions, by name. */
  readonly workers: readonly Heartbeat[];
}

export interface QueuedRunStatus {
  readonly id: string;
  readonly name: string;
  readonly fabric: string;
  readonly protocol: number;
  readonly state: QueuedRunState;
  /** Batches that no worker has taken, and those that one has. */
  readonly waiting: number;
  readonly active: number;
  /** Rows that have an answer, and rows that failed, in this server's time. */
  readonly done: number;
  readonly failed: number;
  readonly coordinator: QueuedRun['coordinator'] & { readonly isAlive: boolean };
  readonly rate: QueuedRun['rate'];
  readonly tokensPerMinute?: number;
  /** No call may start for so long, in ms. */
  readonly pausedForMs: number;
  /** How long the oldest batch has been queued, in ms; undefined where none is. */
  readonly oldestJobMs: number | undefined;
  readonly createdAt: number;
}

/** What is on a queue, and who works on it. `now` is in ms since 1970. */
export async function queueStatus(connection: QueueConnection, now: number): Promise<QueueStatus> {
  const { redis, prefix } = connection;
  const [runs, workers] = await Promise.all([readRuns(redis, prefix), readHeartbeats(redis, prefix)]);
  const statuses = await Promise.all(runs.map((run) => runStatus(connection, run, now)));
  return { runs: statuses.sort((a, b) => a.createdAt - b.createdAt), workers };
}

async function runStatus(
  { redis, prefix }: QueueConnection,
  { id, protocol, state, run, rows, failed }: RegisteredRun,
  now: number,
): Promise<QueuedRunStatus> {
  const keys = runKeys(prefix, id, protocol);
  const [waiting, active, isAlive, oldestWaiting, oldestActive] = (await exec(
    redis
      .pipeline()
      .llen(keys.bull('wait'))
      .llen(keys.bull('active'))
      .exists(keys.lease)
      .lindex(keys.bull('wait'), -1)
      .lindex(keys.bull('active'), -1),
  )) as [number, number, number, string | null, string | null];
  const queuedAt = await Promise.all(
    [oldestWaiting, oldestActive].map((job) =>
      job === null ? null : redis.hget(keys.bull(job), 'timestamp'),
    ),
  );
  const times = queuedAt.filter((time) => time !== null).map(Number);
  return {
    id,
    name: run.name,
    fabric: fabricNameOf(run),
    protocol,
    state,
    waiting,
    active,
    done: rows - failed,
    failed,
    coordinator: { ...run.coordinator, isAlive: isAlive === 1 },
    rate: run.rate,
    ...(run.tokensPerMinute === undefined ? {} : { tokensPerMinute: run.tokensPerMinute }),
    pausedForMs: await pausedForMs(redis, keys.slots, run),
    oldestJobMs: times.length === 0 ? undefined : Math.max(0, now - Math.min(...times)),
    createdAt: run.createdAt,
  };
}

async function pausedForMs(redis: QueueConnection['redis'], slots: string, run: QueuedRun): Promise<number> {
  const stacks = callsOf(run).map(({ stack }) => stack ?? '');
  return Number(await PAUSED_FOR.run(redis, [slots], stacks));
}
