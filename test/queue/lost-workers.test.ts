import { describe, expect, it } from 'vitest';
import { PROTOCOL } from '../../src/queue/protocol/protocol.js';
import { GatedFabric } from '../batch/gated-fabric.js';
import { batchOf } from '../batch/some-rows.js';
import { hasRedis, redisForTest, type TestRedis } from '../support/redis-for-test.js';
import { until } from '../support/until.js';
import { aCoordinator, aRun, aWorker, connected, opening } from './a-queue.js';

/** A worker on a connection of its own. `die` is what SIGKILL is to everybody else: not a word more is heard. */
async function mortalWorker(redis: TestRedis, concurrency: number) {
  const fabric = new GatedFabric();
  const connection = await connected(redis);
  const { worker } = await aWorker(connection, opening(fabric), { concurrency });
  return { fabric, worker, die: () => connection.close() };
}

describe.skipIf(!hasRedis)('a worker that is lost', () => {
  it('has its batch gone on with elsewhere, where only calls that were in the air are made again', async () => {
    const redis = await redisForTest();
    const { executor } = await aCoordinator(await connected(redis));
    const first = await mortalWorker(redis, 3);
    const running = executor.run(batchOf(1, 6));
    await until(() => first.fabric.inFlight === 3);
    first.fabric.answer(2);
    await until(() => first.fabric.inFlight === 3);

    first.die();
    const second = await mortalWorker(redis, 10);
    await until(() => second.fabric.inFlight === 5);
    second.fabric.answerAll();
    const results = await running;

    expect(results.map(({ status, row }) => [row.number, status])).toEqual(
      [1, 2, 3, 4, 5, 6].map((row) => [row, 'answered']),
    );
    expect(first.fabric.rows).toEqual([1, 2, 3, 4]);
    expect([...second.fabric.rows].sort()).toEqual([1, 3, 4, 5, 6]);
  });

  it('has the rows last that were in the air', async () => {
    const redis = await redisForTest();
    const { executor } = await aCoordinator(await connected(redis));
    const first = await mortalWorker(redis, 2);
    void executor.run(batchOf(1, 4));
    await until(() => first.fabric.inFlight === 2);
    await until(async () => (await startedMarks(redis)).length > 0);

    first.die();
    const second = await mortalWorker(redis, 1);
    for (let row = 0; row < 4; row++) {
      await until(() => second.fabric.inFlight === 1);
      second.fabric.answerAll();
    }

    expect(second.fabric.rows).toEqual([3, 4, 1, 2]);
  });

  it('three times in a row over the same row makes it a dead letter, and no other row', async () => {
    const redis = await redisForTest();
    const { executor } = await aCoordinator(await connected(redis));
    const running = executor.run(batchOf(1, 4));
    for (const deaths of [0, 1, 2]) {
      const { fabric, die } = await mortalWorker(redis, 4);
      await until(() => {
        if (fabric.rowsInFlight.includes(3)) return true;
        fabric.answerAll();
        return false;
      });
      await until(async () => (await startedMarks(redis)).length === deaths + 1);
      die();
    }

    const last = await mortalWorker(redis, 4);
    for (let isBack = false; !isBack; ) {
      last.fabric.answerAll();
      isBack = await Promise.race([
        running.then(() => true),
        until(() => last.fabric.inFlight > 0).then(() => false),
      ]);
    }
    const results = await running;

    expect(last.fabric.rows).not.toContain(3);
    expect(results[2]).toMatchObject({
      status: 'failed',
      failure: { kind: 'server', message: 'the worker died on this row three times', attempts: 3 },
    });
    expect(results.filter(({ status }) => status === 'answered')).toHaveLength(3);
  });

  it('that lives on writes nothing over another one’s answer', async () => {
    const redis = await redisForTest();
    const run = aRun();
    const { executor } = await aCoordinator(await connected(redis), { run });
    const slow = await mortalWorker(redis, 1);
    const running = executor.run(batchOf(1, 2));
    await until(() => slow.fabric.inFlight === 1);

    // Its hold on the batch is gone, as after a long sleep of its machine.
    const [job] = await redis.redis.lrange(`{batchai}:batches-p${PROTOCOL}-${run.id}:active`, 0, -1);
    await redis.redis.set(`{batchai}:batches-p${PROTOCOL}-${run.id}:${job}:lock`, 'another', 'PX', 800);
    const other = await mortalWorker(redis, 2);
    await until(() => other.fabric.inFlight === 2);
    other.fabric.answer(1);
    await until(async () => (await redis.redis.hget(`{batchai}:batch:${job}`, 'd')) === '1');
    slow.fabric.answer(1, 'late');
    await until(
      async () => (await redis.redis.llen(`{batchai}:batches-p${PROTOCOL}-${run.id}:active`)) === 1,
    );
    other.fabric.answer(2);
    const results = await running;

    expect(results).toMatchObject([{ answer: 'answer 1' }, { answer: 'answer 2' }]);
    expect(slow.fabric.rows).toEqual([1]);
  });
});

describe.skipIf(!hasRedis)('a worker that is stopped', () => {
  it('lets its calls land, and hands the rest back at once', async () => {
    const redis = await redisForTest();
    const { executor } = await aCoordinator(await connected(redis));
    const first = await mortalWorker(redis, 2);
    const running = executor.run(batchOf(1, 5));
    await until(() => first.fabric.inFlight === 2);

    const stopped = first.worker.stop(5_000);
    first.fabric.answerAll();
    await stopped;
    const marks = await startedMarks(redis);
    const second = await mortalWorker(redis, 5);
    await until(() => second.fabric.inFlight === 3);
    second.fabric.answerAll();
    await running;

    expect(first.fabric.rows).toEqual([1, 2]);
    expect(second.fabric.rows).toEqual([3, 4, 5]);
    expect(marks).toEqual([]);
  });
});

/** What the batches say of rows that were started, one for each taking that was not ended in order. */
async function startedMarks({ redis, keys }: TestRedis): Promise<string[]> {
  const batches = (await keys()).filter((key) => key.includes(':batch:'));
  const fields = await Promise.all(batches.map((key) => redis.hkeys(key)));
  return fields.flat().filter((name) => name.startsWith('s'));
}
