import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { freePort, type RedisServer, startRedis } from './redis-server.js';
import { until } from './until.js';

/** The name under which the sentinel watches the master. */
const NAME = 'night';
/** Without an answer for so long, the master is replaced. */
const DOWN_AFTER_MS = 500;

/** A master and its replica, watched by a sentinel that makes the replica master when the master is gone. */
export interface WatchedRedis {
  /** `redis+sentinel://…` */
  readonly url: string;
  readonly master: RedisServer;
  readonly replica: RedisServer;
}

/** Starts the three on free ports; they are stopped when the running test ends. */
export async function watchedRedisForTest(): Promise<WatchedRedis> {
  const master = await startRedis();
  onTestFinished(() => master.end());
  const replica = await startRedis(['--replicaof', '127.0.0.1', `${master.port}`]);
  onTestFinished(() => replica.end());
  await until(async () => /master_link_status:up/.test(await replica.redis.info('replication')));
  const port = await startSentinel(master.port);
  return { url: `redis+sentinel://127.0.0.1:${port}/${NAME}`, master, replica };
}

async function startSentinel(masterPort: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'batchai-sentinel-'));
  const port = await freePort();
  const file = join(folder, 'sentinel.conf');
  await writeFile(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 1`,
      `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${NAME} 10000`,
    ].join('\n'),
  );
  const sentinel = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null });
  client.on('error', () => {});
  onTestFinished(async () => {
    client.disconnect();
    await end(sentinel);
    await rm(folder, { recursive: true, force: true });
  });
  // It finds the replica by asking the master.
  await until(async () => (await replicasOf(client)) > 0);
  return port;
}

async function replicasOf(sentinel: Redis): Promise<number> {
  const found = await sentinel.call('SENTINEL', 'REPLICAS', NAME);
  return Array.isArray(found) ? found.length : 0;
}

async function end(server: ChildProcess): Promise<void> {
  server.kill('SIGKILL');
  if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
}
