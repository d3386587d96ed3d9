import { describe, expect, it } from 'vitest';
import { DEFAULT_PREFIX, runKeys, sharedKeys } from '../../../src/queue/protocol/protocol.js';
import { formatRun, readRuns } from '../../../src/queue/redis/run-registry.js';
import { hasRedis, redisForTest } from '../../support/redis-for-test.js';
import { aRun } from '../a-queue.js';

describe.skipIf(!hasRedis)('the list of runs', () => {
  it('keeps a run that is registered anew while somebody looks, and forgets one that is gone', async () => {
    const { redis } = await redisForTest();
    const run = aRun();
    const { runs } = sharedKeys(DEFAULT_PREFIX);
    await redis.sadd(runs, run.id, 'gone');
    const pipeline = redis.pipeline.bind(redis);
    // The look finds nothing; before it forgets the run, the run is back.
    redis.pipeline = (...args) => {
      const looking = pipeline(...args);
      const exec = looking.exec.bind(looking);
      looking.exec = async () => {
        const replies = await exec();
        await redis.hset(runKeys(DEFAULT_PREFIX, run.id).record, { run: formatRun(run), state: 'running' });
        return replies;
      };
      return looking;
    };

    await readRuns(redis, DEFAULT_PREFIX);

    redis.pipeline = pipeline;
    expect(await redis.smembers(runs)).toEqual([run.id]);
    expect((await readRuns(redis, DEFAULT_PREFIX)).map(({ id }) => id)).toEqual([run.id]);
  });
});
