import { onTestFinished } from 'vitest';
import { type RedisServer, startRedis } from './redis-server.js';

export { freePort, hasRedis, startRedis } from './redis-server.js';

/** A Redis of a test's own, with an append-only file. */
export type TestRedis = Omit<RedisServer, 'end'>;

/** Starts Redis on a free port; it is stopped, and its folder removed, when the running test ends. */
export async function redisForTest(options: readonly string[] = []): Promise<TestRedis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.end());
  return redis;
}
