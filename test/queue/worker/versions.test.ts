import { describe, expect, it } from 'vitest';
import { PROTOCOL, runKeys } from '../../../src/queue/protocol/protocol.js';
import { GatedFabric } from '../../batch/gated-fabric.js';
import { batchOf } from '../../batch/some-rows.js';
import { hasRedis, redisForTest } from '../../support/redis-for-test.js';
import { until } from '../../support/until.js';
import { aCoordinator, aRun, aWorker, connected, opening } from '../a-queue.js';

const PREFIX = '{batchai}';

describe.skipIf(!hasRedis)('workers of several versions in one run', () => {
  it('share its rows where they speak one protocol, and nobody warns of the other versions', async () => {
    const redis = await redisForTest();
    const { executor, events } = await aCoordinator(await connected(redis), { run: aRun() });
    const fabrics = [new GatedFabric(), new GatedFabric()];
    const workers = await Promise.all(
      fabrics.map(async (fabric, index) =>
        aWorker(await connected(redis), opening(fabric), {
          ...{ name: `worker ${index}`, version: `${index}.9.0` },
          concurrency: 3,
        }),
      ),
    );
    await until(() => executor.workers.length === 2);
    // A worker takes no second batch while rows of its first one wait.
    const batches = [1, 7, 13, 19].map((first) => executor.run(batchOf(first, first + 5)));
    let isDone = false;
    const running = Promise.all(batches).finally(() => {
      isDone = true;
    });
    await until(() => fabrics.every(({ inFlight }) => inFlight === 3));
    await until(() => {
      for (const fabric of fabrics) fabric.answerAll();
      return isDone;
    });

    const results = (await running).flat();
    expect(results.filter(({ status }) => status === 'answered')).toHaveLength(24);
    expect(executor.workers.map(({ version }) => version)).toEqual(['0.9.0', '1.9.0']);
    expect(events.map(({ kind }) => kind)).not.toContain('other-protocols');
    for (const { events: told } of workers)
      expect(told.map(({ kind }) => kind)).not.toContain('other-protocol');
  });

  it('take no row where they speak another protocol, say so once, and begin when it is theirs', async () => {
    const redis = await redisForTest();
    const run = aRun({ coordinator: { host: 'there', pid: 1, version: '7.7.7' } });
    const { executor } = await aCoordinator(await connected(redis), { run });
    const running = executor.run(batchOf(1, 3));
    const { record, bull } = runKeys(PREFIX, run.id);
    await until(async () => (await redis.redis.llen(bull('wait'))) === 1);
    const own = (await redis.redis.hget(record, 'run')) ?? '';
    const another = own.replace(`"protocol":${PROTOCOL}`, `"protocol":${PROTOCOL + 1}`);
    await redis.redis.hset(record, 'run', another);
    const fabric = new GatedFabric();
    const looks: number[] = [];

    const { worker, events } = await aWorker(await connected(redis), opening(fabric), {
      wallNow: () => looks.push(0),
    });
    await until(() => looks.length > 5);
    const before = { rows: fabric.rows.length, runs: worker.runs, told: events.map(({ kind }) => kind) };
    await redis.redis.hset(record, { run: own, generation: 99 });
    await until(() => fabric.inFlight === 3);
    fabric.answerAll();

    expect(another).not.toBe(own);
    expect(before).toEqual({ rows: 0, runs: [], told: ['other-protocol'] });
    expect(events[0]).toMatchObject({
      run: { protocol: PROTOCOL + 1, run: { coordinator: { version: '7.7.7' } } },
    });
    expect(await running).toMatchObject([
      { status: 'answered' },
      { status: 'answered' },
      { status: 'answered' },
    ]);
  });
});
