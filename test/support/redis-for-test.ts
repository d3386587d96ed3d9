import { Redis } from 'ioredis';
import { inject, onTestFinished } from 'vitest';
import { type RedisServer, startRedis } from './redis-server.js';

export { freePort, hasRedis, startRedis } from './redis-server.js';

/** A database of a test's own, on the Redis that all tests share. */
export type TestRedis = Pick<RedisServer, 'url' | 'port' | 'redis' | 'keys'>;

/** A Redis of a test's own, with an append-only file. */
export type OwnRedis = Omit<RedisServer, 'end'>;

/** Gives an empty database of the shared Redis; it is emptied again when the running test ends. */
export async function redisForTest(): Promise<TestRedis> {
  const port = inject('redisPort');
  const counter = connection(port, 0);
  const database = await counter.incr('databases');
  counter.disconnect();
  const redis = connection(port, database);
  onTestFinished(async () => {
    await redis.flushdb();
    redis.disconnect();
  });
  return {
    url: `redis://127.0.0.1:${port}/${database}`,
    port,
    redis,
    keys: async () => (await redis.keys('*')).sort(),
  };
}

/**
 * Starts Redis on a free port, for a test that stops it, sets something of the whole server or reads its files; it is
 * stopped, and its folder removed, when the running test ends.
 */
export async function ownRedisForTest(options: readonly string[] = []): Promise<OwnRedis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.end());
  return redis;
}

function connection(port: number, db: number): Redis {
  const redis = new Redis({ port, host: '127.0.0.1', db, maxRetriesPerRequest: null });
  redis.on('error', () => {});
  return redis;
}
