import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ConnectionEvent } from '../../src/queue/protocol/queue-news.js';
import { NOTE_ROWS } from '../../src/queue/redis/batch-scripts.js';
import type { QueueConnection } from '../../src/queue/redis/redis-connection.js';
import { GatedFabric } from '../batch/gated-fabric.js';
import { batchOf } from '../batch/some-rows.js';
import { hasRedis, type OwnRedis, ownRedisForTest } from '../support/redis-for-test.js';
import { until } from '../support/until.js';
import { aCoordinator, aWorker, connected, opening, SHORT } from './a-queue.js';

async function aRunOn(redis: OwnRedis) {
  const fabric = new GatedFabric();
  const connection = await connected(redis);
  const coordinator = await aCoordinator(connection);
  const worker = await aWorker(await connected(redis), opening(fabric), { concurrency: 4 });
  return { fabric, worker, ...coordinator, heard: eventsOf(connection) };
}

function eventsOf(connection: QueueConnection): ConnectionEvent[] {
  const events: ConnectionEvent[] = [];
  connection.onEvent((event) => events.push(event));
  return events;
}

/** Answers whatever is in the air until `running` is over. */
async function answering<T>(fabric: GatedFabric, running: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  running.then(over, over);
  await until(() => {
    fabric.answerAll();
    return isOver;
  });
  return running;
}

describe.skipIf(!hasRedis)('a server in trouble', () => {
  it('that is stopped and started again is waited for, by all, without another call', async () => {
    const redis = await ownRedisForTest();
    const { fabric, executor, heard } = await aRunOn(redis);
    const running = Promise.all([executor.run(batchOf(1, 4)), executor.run(batchOf(5, 8))]);
    await until(() => fabric.inFlight === 4);

    await redis.stop();
    await until(() => heard.length === 1);
    fabric.answerAll();
    await redis.start();
    const results = await answering(fabric, running);

    expect(results.flat().every(({ status }) => status === 'answered')).toBe(true);
    expect([...fabric.rows].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(heard).toEqual([{ kind: 'lost' }, { kind: 'back', afterMs: expect.any(Number) }]);
  });

  it('that is away for longer than the coordinator’s hold on the run lasts changes nothing either', async () => {
    const redis = await ownRedisForTest();
    const { fabric, executor } = await aRunOn(redis);
    const running = executor.run(batchOf(1, 4));
    await until(() => fabric.inFlight === 4);

    await redis.stop();
    await sleep(SHORT.leaseMs * 1.2);
    await redis.start();
    const later = executor.run(batchOf(5, 8));
    const results = await answering(fabric, Promise.all([running, later]));

    expect(results.flat().map(({ status }) => status)).toEqual(Array(8).fill('answered'));
  });

  it.each([
    ['no JSON', '{"answer":'],
    ['no object', '[]'],
    ['nothing in it', '{}'],
    ['no answer', '{"answer":null,"calls":1,"ms":1}'],
    ['calls that are no number', '{"answer":"","calls":"1","ms":1}'],
    ['half a failure', '{"failure":{"kind":"server"},"calls":1}'],
    ['spending of another form', '{"answer":"","calls":1,"ms":1,"spent":[1]}'],
    ['notes of another form', '{"answer":"","calls":1,"ms":1,"notes":{"retried":[1]}}'],
  ])(
    'where something else was written in the place of a result has its rows run again: %s',
    async (_, text) => {
      const redis = await ownRedisForTest();
      const { fabric, executor } = await aRunOn(redis);
      const running = executor.run(batchOf(1, 3));
      await until(() => fabric.inFlight === 3);

      const [batch = ''] = (await redis.keys()).filter((key) => key.includes(':batch:'));
      const [done, record] = ['done', ''].map((end) => batch.replace(/:batch:.*/, end && `:${end}`));
      const keys = [batch, done ?? '', record ?? ''];
      const id = batch.replace(/.*:batch:/, '');
      await NOTE_ROWS.run(redis.redis, keys, [id, 1, '', 0, 2, text]);
      const results = await answering(fabric, running);

      expect(results.map(({ status }) => status)).toEqual(['answered', 'answered', 'answered']);
      expect(fabric.rows.filter((row) => row === 2)).toHaveLength(2);
    },
  );

  it('that has lost everything gets all that is outstanding once more', async () => {
    const redis = await ownRedisForTest();
    const { fabric, executor, worker, events } = await aRunOn(redis);
    const running = Promise.all([executor.run(batchOf(1, 4)), executor.run(batchOf(5, 8))]);
    await until(() => fabric.inFlight === 4);

    await redis.redis.flushall();
    const results = await answering(fabric, running);

    expect(results.flat().map(({ status }) => status)).toEqual(Array(8).fill('answered'));
    expect(events).toContainEqual({ kind: 'queued-again', batches: 2 });
    await until(() => worker.worker.runs.length === 1);
  });

  it('that is full is waited for, and said to be', async () => {
    const redis = await ownRedisForTest();
    const { fabric, executor, heard } = await aRunOn(redis);
    await redis.config('maxmemory', '1');
    const running = executor.run(batchOf(1, 4));
    await until(() => heard.some(({ kind }) => kind === 'full'));

    await redis.config('maxmemory', '0');
    const results = await answering(fabric, running);

    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('answered'));
    expect(fabric.rows).toHaveLength(4);
    expect(heard.at(-1)).toEqual({ kind: 'writable', afterMs: expect.any(Number) });
  });

  it('that is full while answers arrive keeps none of them from being kept later', async () => {
    const redis = await ownRedisForTest();
    const { fabric, executor } = await aRunOn(redis);
    const running = executor.run(batchOf(1, 4));
    await until(() => fabric.inFlight === 4);

    await redis.config('maxmemory', '1');
    fabric.answerAll();
    await until(() => fabric.inFlight === 0);
    await redis.config('maxmemory', '0');
    const results = await running;

    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('answered'));
    expect(fabric.rows).toHaveLength(4);
  });

  it('that stays away does not keep a stopped run from being closed', async () => {
    const redis = await ownRedisForTest();
    const { fabric, executor, stop } = await aRunOn(redis);
    const running = executor.run(batchOf(1, 4));
    await until(() => fabric.inFlight === 4);

    await redis.kill();
    stop();
    await executor.close();

    expect((await running).map(({ status }) => status)).toEqual(Array(4).fill('abandoned'));
  });
});
