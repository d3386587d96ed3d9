import { describe, expect, it } from 'vitest';
import { ResumingExecutor } from '../../src/batch/resuming-executor.js';
import { QueueExecutor } from '../../src/queue/coordinator/queue-executor.js';
import { GatedFabric } from '../batch/gated-fabric.js';
import { answered, aRow, batchOf } from '../batch/some-rows.js';
import { hasRedis, redisForTest } from '../support/redis-for-test.js';
import { until } from '../support/until.js';
import { aCoordinator, aRun, aWorker, connected, opening, SHORT } from './a-queue.js';

describe.skipIf(!hasRedis)('coordinators', () => {
  it('one that was killed is followed by another, which gets what workers did meanwhile without a call', async () => {
    const redis = await redisForTest();
    const run = aRun();
    const fabric = new GatedFabric();
    // Long enough for the second to find the lease of the first, and for no lock to run out, on a busy machine.
    const timings = { ...SHORT, leaseMs: 3_000, lockMs: 10_000 };
    await aWorker(await connected(redis), opening(fabric), { timings });
    const killed = await connected(redis);
    const first = await aCoordinator(killed, { run, timings });
    first.executor.run(batchOf(1, 3)).catch(() => {});
    first.executor.run(batchOf(4, 6)).catch(() => {});
    await until(() => fabric.inFlight === 6);

    killed.close();
    fabric.answerAll();
    const second = await aCoordinator(await connected(redis), { run, timings });
    const results = await Promise.all([
      second.executor.run(batchOf(1, 3)),
      second.executor.run(batchOf(4, 6)),
    ]);

    expect(results.flat().map(({ status, row }) => [status, row.number])).toEqual(
      [1, 2, 3, 4, 5, 6].map((row) => ['answered', row]),
    );
    expect(fabric.rows).toEqual([1, 2, 3, 4, 5, 6]);
    expect(second.recorded).toHaveLength(6);
    expect(second.events).toContainEqual({ kind: 'waits-for-lease', ms: expect.any(Number) });
  });

  it('one that was killed leaves calls in the air, which go on into the hands of the next', async () => {
    const redis = await redisForTest();
    const run = aRun();
    const fabric = new GatedFabric();
    const { worker } = await aWorker(await connected(redis), opening(fabric), { concurrency: 2 });
    const killed = await connected(redis);
    const first = await aCoordinator(killed, { run });
    first.executor.run(batchOf(1, 4)).catch(() => {});
    await until(() => fabric.inFlight === 2);

    killed.close();
    const second = await aCoordinator(await connected(redis), { run });
    const running = second.executor.run(batchOf(1, 4));
    await until(() => second.executor.workers.length > 0);
    fabric.answerAll();
    await until(() => fabric.rows.length === 4);
    fabric.answerAll();
    await running;

    expect(fabric.rows).toEqual([1, 2, 3, 4]);
    expect(worker.runs).toEqual([run.id]);
  });

  it('a second one of the same run is refused while the first lives', async () => {
    const redis = await redisForTest();
    const run = aRun();
    await aCoordinator(await connected(redis), { run });

    const second = aCoordinator(await connected(redis), { run });

    await expect(second).rejects.toMatchObject({ name: 'QueueError', kind: 'held' });
  });

  it('one whose run was taken over, while it slept, collects nothing any more', async () => {
    const redis = await redisForTest();
    const run = aRun();
    const fabric = new GatedFabric();
    await aWorker(await connected(redis), opening(fabric));
    const first = await aCoordinator(await connected(redis), { run });
    const running = first.executor.run(batchOf(1, 1));
    await until(() => fabric.inFlight === 1);

    await redis.redis.set(`{batchai}:run:${run.id}:lease`, 'another one’s token', 'PX', 60_000);

    await expect(running).rejects.toMatchObject({ kind: 'held' });
    await expect(first.executor.run(batchOf(2, 2))).rejects.toMatchObject({ kind: 'held' });
  });

  it('rows that have a result here are not queued, and a batch of only such rows comes back at once', async () => {
    const redis = await redisForTest();
    const fabric = new GatedFabric();
    const { executor: inner, recorded } = await aCoordinator(await connected(redis));
    const executor = new ResumingExecutor(inner, {
      finishedBefore: (row) => (row.number > 2 ? undefined : answered(row, 'before')),
      resumed: () => {},
    });

    const known = await executor.run(batchOf(1, 2));
    await aWorker(await connected(redis), opening(fabric));
    const running = executor.run(batchOf(2, 4));
    await until(() => fabric.inFlight === 2);
    fabric.answerAll();

    expect(known.map((result) => 'answer' in result && result.answer)).toEqual(['before', 'before']);
    expect((await running).map((result) => 'answer' in result && result.answer)).toEqual([
      'before',
      'answer 3',
      'answer 4',
    ]);
    expect(recorded.map(({ row }) => row.number)).toEqual([3, 4]);
  });

  it('a row that was mended while the run was interrupted is called again', async () => {
    const redis = await redisForTest();
    const run = aRun();
    const fabric = new GatedFabric();
    await aWorker(await connected(redis), opening(fabric));
    const first = await aCoordinator(await connected(redis), { run });
    first.executor.run(batchOf(1, 1)).catch(() => {});
    await until(() => fabric.inFlight === 1);
    await first.executor.close();
    fabric.answer(1, 'of the old row');

    const second = await aCoordinator(await connected(redis), { run });
    const running = second.executor.run({ ...batchOf(1, 1), rows: [{ ...aRow(1), text: 'mended' }] });
    await until(() => fabric.inFlight === 1);
    fabric.answer(1, 'of the mended row');

    expect(await running).toMatchObject([{ answer: 'of the mended row' }]);
  });

  it('a stopped run keeps what arrived, and goes on with the rest when it is resumed', async () => {
    const redis = await redisForTest();
    const run = aRun();
    const fabric = new GatedFabric();
    const worker = await aWorker(await connected(redis), opening(fabric), { concurrency: 2 });
    const first = await aCoordinator(await connected(redis), { run });
    const stopped = first.executor.run(batchOf(1, 4));
    await until(() => fabric.inFlight === 2);

    first.stop();
    await until(() => worker.events.some(({ kind }) => kind === 'drains'));
    fabric.answer(1);
    fabric.answer(2);
    const given = await stopped;
    await first.executor.close();
    const before = new Map(first.recorded.map((result) => [result.row.number, result]));
    const second = await aCoordinator(await connected(redis), { run });
    const resuming = new ResumingExecutor(second.executor, {
      finishedBefore: ({ number }) => before.get(number),
      resumed: () => {},
    });
    const running = resuming.run(batchOf(1, 4));
    for (const row of [3, 4]) {
      await until(() => fabric.rowsInFlight.includes(row));
      fabric.answer(row);
    }

    expect(given.map(({ status }) => status)).toEqual(['answered', 'answered', 'abandoned', 'abandoned']);
    expect((await running).map(({ status }) => status)).toEqual(Array(4).fill('answered'));
    expect(fabric.rows).toEqual([1, 2, 3, 4]);
  });

  it('a finished run leaves no key behind, whatever its workers are doing', async () => {
    const redis = await redisForTest();
    const fabric = new GatedFabric();
    const { worker } = await aWorker(await connected(redis), opening(fabric));
    const { executor } = await aCoordinator(await connected(redis));
    const running = executor.run(batchOf(1, 5));
    await until(() => fabric.inFlight === 5);
    fabric.answerAll();
    await running;

    await executor.finish();
    await until(() => worker.runs.length === 0);

    const left = (await redis.keys()).filter((key) => !key.startsWith('{batchai}:worker'));
    expect(left).toEqual([]);
  });

  it('what nobody comes back for goes by itself after some days', async () => {
    const redis = await redisForTest();
    const { executor } = await aCoordinator(await connected(redis));
    executor.run(batchOf(1, 5)).catch(() => {});
    await until(async () => (await redis.keys()).some((key) => key.endsWith(':wait')));

    const lasting = async () => {
      const keys = (await redis.keys()).filter((key) => key !== '{batchai}:runs');
      const ttls = await Promise.all(keys.map((key) => redis.redis.pttl(key)));
      return keys.filter((_, index) => ttls[index] === -1);
    };

    await until(async () => (await lasting()).length === 0);
  });

  it('a coordinator whose prefix differs shares nothing', async () => {
    const redis = await redisForTest();
    const connection = await connected(redis, '{mine}');
    const { executor } = await aCoordinator(connection);
    void executor.run(batchOf(1, 5));
    await until(async () => (await redis.keys()).some((key) => key.endsWith(':wait')));

    const keys = await redis.keys();

    expect(keys.filter((key) => !key.startsWith('{mine}:'))).toEqual([]);
  });

  it('says who works for it, and when nobody does', async () => {
    const redis = await redisForTest();
    const { executor, events } = await aCoordinator(await connected(redis));
    await until(() => events.some(({ kind }) => kind === 'no-workers'));

    const { worker } = await aWorker(await connected(redis), opening(new GatedFabric()), { name: 'mimas' });
    await until(() => events.some(({ kind }) => kind === 'workers'));
    const named = executor.workers.map(({ name }) => name);
    await worker.stop();
    await until(() => events.filter(({ kind }) => kind === 'no-workers').length === 2);

    expect(named).toEqual(['mimas']);
  });

  it('counts the results that workers hold in batches which are not complete', async () => {
    const redis = await redisForTest();
    const fabric = new GatedFabric();
    await aWorker(await connected(redis), opening(fabric), { concurrency: 2 });
    const { executor, recorded } = await aCoordinator(await connected(redis), { run: aRun() });
    const running = executor.run(batchOf(1, 4));
    await until(() => fabric.inFlight === 2);
    expect(executor.resultsElsewhere).toBe(0);

    fabric.answerAll();
    await until(() => executor.resultsElsewhere === 2);
    expect(recorded).toEqual([]);
    await until(() => fabric.rows.length === 4);
    fabric.answerAll();
    await running;

    expect([executor.resultsElsewhere, recorded.length]).toEqual([0, 4]);
  });

  it('the lease is waited for no longer than a killed coordinator’s lasts', async () => {
    const redis = await redisForTest();
    const run = aRun();
    await redis.redis.set(`{batchai}:run:${run.id}:lease`, 'a killed one’s', 'PX', SHORT.leaseMs);

    const { executor } = await aCoordinator(await connected(redis), { run });

    expect(executor).toBeInstanceOf(QueueExecutor);
  });
});
