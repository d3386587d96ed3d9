import type { TestProject } from 'vitest/node';
import { hasRedis, startRedis } from './redis-server.js';

/** More than there are tests: each has a database of its own, and no use for a server of its own. */
const DATABASES = 10_000;

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the Redis that tests share; 0 where there is none. */
    redisPort: number;
  }
}

/** Vitest's global set-up: starts a Redis for all tests of a project, and ends it after the last. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  if (!hasRedis) {
    project.provide('redisPort', 0);
    return async () => {};
  }
  const redis = await startRedis(['--databases', `${DATABASES}`]);
  project.provide('redisPort', redis.port);
  return () => redis.end();
}
