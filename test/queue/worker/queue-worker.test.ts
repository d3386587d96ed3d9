import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import type { FabricDefinition } from '../../../src/fabric/definition.js';
import { cleanRun } from '../../../src/queue/coordinator/clean-run.js';
import { queueStatus } from '../../../src/queue/coordinator/queue-status.js';
import { PROTOCOL } from '../../../src/queue/protocol/protocol.js';
import type { OpenRun } from '../../../src/queue/worker/served-run-executor.js';
import { shares } from '../../../src/queue/worker/shares.js';
import { GatedFabric } from '../../batch/gated-fabric.js';
import { batchOf } from '../../batch/some-rows.js';
import { hasRedis, redisForTest } from '../../support/redis-for-test.js';
import { until } from '../../support/until.js';
import { aCoordinator, aRun, aWorker, connected, opening } from '../a-queue.js';

const KEYED: FabricDefinition = {
  provider: 'promptha',
  name: 'descriptions',
  fabricId: 'product-description',
  keyEnv: 'A_KEY',
  limits: {},
};

describe.skipIf(!hasRedis)('a worker', () => {
  it('divides its calls evenly over the runs that have work, so that a small one is not stuck', async () => {
    const redis = await redisForTest();
    const fabrics = new Map([
      ['large', new GatedFabric()],
      ['small', new GatedFabric()],
    ]);
    const openRun: OpenRun = (run, sinks, calls) =>
      opening(fabrics.get(run.name) ?? new GatedFabric())(run, sinks, calls);
    const [large, small] = [fabrics.get('large'), fabrics.get('small')];
    await aWorker(await connected(redis), openRun, { concurrency: 10 });
    const first = await aCoordinator(await connected(redis), { run: aRun({ name: 'large' }) });
    for (let row = 1; row < 200; row += 20) void first.executor.run(batchOf(row, row + 19));
    await until(() => large?.inFlight === 10);

    const second = await aCoordinator(await connected(redis), { run: aRun({ name: 'small' }) });
    const running = second.executor.run(batchOf(1, 20));
    await until(() => {
      for (const row of large?.rowsInFlight.slice(0, 1) ?? []) large?.answer(row);
      return small?.inFlight === 5 && large?.inFlight === 5;
    });
    const inFlight = [large?.inFlight, small?.inFlight];
    for (let isDone = false; !isDone; ) {
      small?.answerAll();
      isDone = await Promise.race([
        running.then(() => true),
        until(() => small?.inFlight !== 0).then(() => false),
      ]);
    }
    await until(() => {
      if (large?.inFlight === 10) return true;
      for (const row of large?.rowsInFlight.slice(0, 1) ?? []) large?.answer(row);
      return false;
    });

    expect(inFlight).toEqual([5, 5]);
    expect(large?.rows.length).toBeLessThan(200);
  });

  it('without a run’s key says so once, and leaves its batches to others', async () => {
    const redis = await redisForTest();
    const fabric = new GatedFabric();
    const asked: string[] = [];
    const hasKey = (keyEnv: string) => {
      asked.push(keyEnv);
      return false;
    };
    const without = await aWorker(await connected(redis), opening(new GatedFabric()), { hasKey });
    const run = aRun({ fabric: { kind: 'defined', definition: KEYED } });
    const { executor, events } = await aCoordinator(await connected(redis), { run });
    const running = executor.run(batchOf(1, 3));
    await until(() => events.some(({ kind }) => kind === 'lacks-key'));

    await aWorker(await connected(redis), opening(fabric));
    await until(() => fabric.inFlight === 3);
    fabric.answerAll();
    await running;

    expect(without.events.map(({ kind }) => kind)).toEqual(['lacks-key']);
    expect(asked).toEqual(['A_KEY']);
    expect(events).toContainEqual({
      kind: 'lacks-key',
      keyEnv: 'A_KEY',
      worker: expect.objectContaining({ name: 'a worker' }),
    });
  });

  it('of another protocol and a coordinator see each other, and say so', async () => {
    const redis = await redisForTest();
    const { executor, events } = await aCoordinator(await connected(redis));
    const other = { id: 'w', name: 'old', host: 'there', pid: 3, version: '0.0.1', protocol: 0 };
    const beat = { ...other, rowsPerSecond: 0, inFlight: 0, runs: [], lacks: {}, at: 0 };
    await redis.redis.set('{batchai}:worker:w', JSON.stringify(beat));
    await redis.redis.sadd('{batchai}:workers', 'w');
    await redis.redis.hset('{batchai}:run:old', {
      run: JSON.stringify({ protocol: 0, run: aRun({ id: 'old' }) }),
      generation: 1,
      state: 'running',
    });
    await redis.redis.sadd('{batchai}:runs', 'old');

    await until(() => events.some(({ kind }) => kind === 'other-protocols'));
    const worker = await aWorker(await connected(redis), opening(new GatedFabric()));
    await until(() => executor.workers.length === 1);

    expect(worker.events.filter(({ kind }) => kind === 'other-protocol')).toHaveLength(1);
    expect(worker.worker.runs).not.toContain('old');
  });

  it('that cannot open a run says so once, and leaves it to others', async () => {
    const redis = await redisForTest();
    const { executor } = await aCoordinator(await connected(redis));
    const broken = await aWorker(await connected(redis), async () => {
      throw new Error('there is no such model here');
    });
    const fabric = new GatedFabric();
    const running = executor.run(batchOf(1, 1));

    await aWorker(await connected(redis), opening(fabric));
    await until(() => fabric.inFlight === 1);
    fabric.answerAll();
    await running;

    expect(broken.events.filter(({ kind }) => kind === 'cannot-serve')).toHaveLength(1);
  });

  it('that leaves a run over an error of its own tells the coordinator, which stops with it', async () => {
    const redis = await redisForTest();
    const { executor, stops } = await aCoordinator(await connected(redis));
    const open = opening(new GatedFabric());
    const worker = await aWorker(
      await connected(redis),
      async (...opened) => ({
        ...(await open(...opened)),
        run: () => Promise.reject(new RangeError('Maximum call stack size exceeded')),
      }),
      { name: 'mimas' },
    );

    const results = await executor.run(batchOf(1, 2));

    expect(stops).toMatchObject([
      { kind: 'worker-failed', message: 'the worker mimas left the run: Maximum call stack size exceeded' },
    ]);
    expect(results.map(({ status }) => status)).toEqual(['abandoned', 'abandoned']);
    expect(worker.events.filter(({ kind }) => kind === 'cannot-serve')).toHaveLength(1);
  });

  it('that meets an error which no row is to blame for stops the run everywhere', async () => {
    const redis = await redisForTest();
    const [one, other] = [new GatedFabric(), new GatedFabric()];
    const workers = [
      await aWorker(await connected(redis), opening(one), { concurrency: 1 }),
      await aWorker(await connected(redis), opening(other), { concurrency: 1 }),
    ];
    const { executor, stops } = await aCoordinator(await connected(redis));
    const running = Promise.all([executor.run(batchOf(1, 2)), executor.run(batchOf(3, 4))]);
    await until(() => one.inFlight === 1 && other.inFlight === 1);

    one.failWith(one.rowsInFlight[0] ?? 0, new CallError('no-credit', 'the account is empty'));
    await until(() => workers[1]?.events.some(({ kind }) => kind === 'drains') ?? false);
    other.answerAll();
    const results = (await running).flat();

    expect(stops).toMatchObject([{ kind: 'no-credit', message: 'the account is empty' }]);
    expect(results.filter(({ status }) => status === 'answered')).toHaveLength(1);
    expect(results.filter(({ status }) => status === 'abandoned')).toHaveLength(3);
  });
});

describe.skipIf(!hasRedis)('the state of a queue', () => {
  it('has the runs with their rows and batches, and the workers', async () => {
    const redis = await redisForTest();
    const fabric = new GatedFabric();
    const connection = await connected(redis);
    await aWorker(await connected(redis), opening(fabric), { concurrency: 2, name: 'mimas' });
    const run = aRun({ rate: { calls: 20, perMs: 1_000 }, createdAt: 5 });
    const { executor } = await aCoordinator(connection, { run });
    for (const first of [1, 11, 21, 31, 41]) void executor.run(batchOf(first, first + 9));
    await until(() => fabric.inFlight === 2);
    fabric.answer(1);
    fabric.fail(2, 'unprocessable');
    await until(async () => (await queueStatus(connection, Date.now())).runs[0]?.failed === 1);
    await until(async () => (await queueStatus(connection, Date.now())).runs[0]?.done === 1);
    await until(() => executor.workers[0]?.inFlight === 2);

    const { runs, workers } = await queueStatus(connection, Date.now());

    expect(runs).toMatchObject([
      {
        id: run.id,
        fabric: 'local:keywords',
        state: 'running',
        done: 1,
        failed: 1,
        rate: { calls: 20, perMs: 1_000 },
        coordinator: { host: 'here', pid: 1, isAlive: true },
        pausedForMs: 0,
      },
    ]);
    expect((runs[0]?.waiting ?? 0) + (runs[0]?.active ?? 0)).toBe(5);
    expect(runs[0]?.oldestJobMs).toBeGreaterThanOrEqual(0);
    expect(workers).toMatchObject([
      { name: 'mimas', host: 'here', version: '0.0.0', inFlight: 2, runs: [run.id] },
    ]);
  });

  it('a run is cleaned away when nobody coordinates it, or by force', async () => {
    const redis = await redisForTest();
    const connection = await connected(redis);
    const run = aRun();
    const { executor } = await aCoordinator(connection, { run });
    executor.run(batchOf(1, 5)).catch(() => {});
    await until(async () => (await redis.keys()).some((key) => key.endsWith(':wait')));

    const refused = cleanRun(connection, run.id);
    await expect(refused).rejects.toMatchObject({ kind: 'held' });
    await executor.close();
    await cleanRun(connection, run.id);

    expect(await redis.keys()).toEqual([]);
    await expect(cleanRun(connection, run.id)).rejects.toMatchObject({ kind: 'unknown-run' });
  });

  it('nothing of a run is left that its worker wrote after it was removed', async () => {
    const redis = await redisForTest();
    const connection = await connected(redis);
    const fabric = new GatedFabric();
    const { worker } = await aWorker(await connected(redis), opening(fabric));
    const run = aRun();
    const { executor } = await aCoordinator(connection, { run });
    executor.run(batchOf(1, 1)).catch(() => {});
    await until(() => fabric.inFlight === 1);

    await executor.close();
    await cleanRun(connection, run.id);
    // As BullMQ's look for lost batches does, which may come at any time.
    await redis.redis.hset(`{batchai}:batches-p${PROTOCOL}-${run.id}:meta`, 'opts.maxLenEvents', 10_000);
    fabric.answerAll();
    await until(() => worker.runs.length === 0);

    expect((await redis.keys()).filter((key) => key.includes(run.id))).toEqual([]);
  });
});

it('calls are divided into parts that differ by at most one', () => {
  expect(shares(10, 3)).toEqual([4, 3, 3]);
  expect(shares(2, 3)).toEqual([1, 1, 1]);
  expect(shares(5, 0)).toEqual([]);
});
