import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import {
  hasRedis,
  keysOfRuns,
  ownQueueBench,
  QUEUE_TIMINGS,
  type QueueBench,
  terminate,
} from './queue-bench.js';
import { enrichedCsv, rowsCsv } from './workbench.js';

const ROWS = 200;
/** Rows that are answered at once. */
const FIRST = 60;
const OUT = ['rows.csv', '-o', 'out.csv', '-b', '10'];
/** No call hangs, so that a grace only is waited for where nobody can say that all have landed. */
const TIMINGS = { ...QUEUE_TIMINGS, graceMs: 1_000 };

/** A run with a worker on it: its first rows are answered, and the next ones in the air until it may go on. */
async function begunRun() {
  let goOn = () => {};
  const going = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const bench = await ownQueueBench({
    keyColumn: 'id',
    latencyMs: 20,
    heldBack: ({ inputs }) => (Number(inputs.id) > FIRST ? going : undefined),
  });
  await bench.write('rows.csv', rowsCsv(ROWS));
  const worker = bench.worker('tethys', [], { timings: TIMINGS });
  const run = bench.start([...OUT, '--json'], { timings: TIMINGS });
  await until(() => bench.server.requests.length > FIRST);
  return { bench, worker, run, goOn };
}

async function expectWhole(bench: QueueBench): Promise<void> {
  expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS));
  await until(async () => (await keysOfRuns(bench.redis)).length === 0);
}

describe.skipIf(!hasRedis)('a Redis in trouble while a run is on', () => {
  it.each(['stop', 'kill'] as const)(
    'is waited for by both sides when it goes (%s) and comes back, and no call is repeated',
    async (how) => {
      const { bench, worker, run, goOn } = await begunRun();

      await bench.redis[how]();
      await run.stderrIncludes('lost the connection to Redis; reconnecting');
      await worker.stderrIncludes('lost the connection to Redis; reconnecting');
      goOn();
      // Nothing is left in the air: what has arrived waits where it is.
      await until(() => bench.server.inFlight === 0);
      await bench.redis.start();
      const { code, stdout, stderr } = await run.finished;
      const { stderr: saidByWorker } = await terminate(worker);

      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/connected to Redis again after \S+/);
      expect(saidByWorker).toMatch(/connected to Redis again after \S+/);
      await expectWhole(bench);
      // Of a server that was killed, the last second may be lost: `appendfsync everysec`.
      if (how === 'stop') expect(bench.server.requests).toHaveLength(ROWS);
      expect(JSON.parse(stdout)).toMatchObject({ total: ROWS, succeeded: ROWS });
    },
  );

  it('is waited for when its memory is full, and the run goes on when there is room', async () => {
    const { bench, worker, run, goOn } = await begunRun();

    await bench.redis.config('maxmemory', '1');
    goOn();
    await worker.stderrIncludes('Redis refuses writes (OOM command not allowed');
    await until(() => bench.server.inFlight === 0);
    const calls = bench.server.requests.length;
    await run.stderrIncludes('Redis refuses writes (OOM command not allowed');
    await bench.redis.config('maxmemory', '0');
    const { code, stderr } = await run.finished;
    const { stderr: saidByWorker } = await terminate(worker);

    expect(calls).toBeLessThan(ROWS);
    expect(code, stderr).toBe(0);
    // The coordinator may have nothing to write before it hears that all is done.
    expect(saidByWorker).toMatch(/Redis takes writes again after \S+/);
    await expectWhole(bench);
    expect(bench.server.requests).toHaveLength(ROWS);
  });

  it('that has lost everything gets the window once more', async () => {
    const { bench, worker, run, goOn } = await begunRun();

    await bench.redis.redis.flushall();
    await run.stderrIncludes('queued again');
    goOn();
    const { code, stderr } = await run.finished;
    await terminate(worker);

    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Redis lost \d+ batches; queued again/);
    await expectWhole(bench);
  });

  it('that is gone does not keep anybody from being stopped, and the run goes on later', async () => {
    const { bench, worker, run, goOn } = await begunRun();

    await bench.redis.stop();
    await run.stderrIncludes('lost the connection to Redis');
    await worker.stderrIncludes('lost the connection to Redis');
    run.child.kill('SIGINT');
    const ended = Promise.all([run.finished, terminate(worker)]);
    goOn();
    const [interrupted, stopped] = await ended;
    await bench.redis.start();
    bench.worker('dione');
    const resumed = await bench.run([...OUT, '--resume']);

    expect(interrupted.code, interrupted.stderr).toBe(130);
    expect(stopped.code, stopped.stderr).toBe(0);
    expect(resumed.code, resumed.stderr).toBe(0);
    await expectWhole(bench);
  });
});

describe.skipIf(!hasRedis)('a queue that cannot be used', () => {
  it.each([
    ['throws keys away', 'maxmemory-policy', 'allkeys-lru', /allkeys-lru\): .*; set it to noeviction/],
    ['wants a password', 'requirepass', 'pk-secret', /the queue at redis:\S+ refuses: NOAUTH/],
  ])('is refused before anything is written, as it %s', async (_what, name, value, says) => {
    const bench = await ownQueueBench();
    await bench.write('rows.csv', rowsCsv(5));
    await bench.redis.config(name, value);

    const run = await bench.run(OUT);
    const worker = await bench.worker('tethys').finished;
    const status = await bench.batchai(['queue', 'status']);

    expect([run.code, worker.code, status.code]).toEqual([2, 2, 2]);
    for (const { stderr } of [run, worker, status]) expect(stderr).toMatch(says);
    expect(await bench.list()).toEqual(['rows.csv']);
  });

  it('is refused with a wrong password, which is not repeated', async () => {
    const bench = await ownQueueBench();
    await bench.write('rows.csv', rowsCsv(5));
    await bench.redis.config('requirepass', 'the-right-one');
    const url = `redis://:pk-secret@127.0.0.1:${bench.redis.port}`;

    const run = await bench.run([...OUT, '--queue', url]);
    const worker = await bench.worker('tethys', ['--queue', url]).finished;

    expect([run.code, worker.code]).toEqual([2, 2]);
    for (const { stdout, stderr } of [run, worker]) {
      expect(stderr).toMatch(/the queue at redis:\/\/127\.0\.0\.1:\d+ refuses: WRONGPASS/);
      expect(stdout + stderr).not.toContain('pk-secret');
    }
    expect(await bench.list()).toEqual(['rows.csv']);
  });

  it('is refused where no Redis is', async () => {
    const bench = await ownQueueBench();
    await bench.write('rows.csv', rowsCsv(5));
    await bench.redis.stop();

    const run = await bench.run(OUT);
    const worker = await bench.worker('tethys').finished;

    expect([run.code, worker.code]).toEqual([2, 2]);
    for (const { stderr } of [run, worker])
      expect(stderr).toMatch(/cannot be reached \(.*\): is Redis running there\?/);
    expect(await bench.list()).toEqual(['rows.csv']);
  });
});

describe.skipIf(!hasRedis)('two coordinators of one run', () => {
  it('on one machine: the second one exits with 5', async () => {
    const { bench, run, goOn } = await begunRun();

    const second = await bench.run([...OUT, '--resume']);
    goOn();
    const { code } = await run.finished;

    expect([second.code, code], second.stderr).toEqual([5, 0]);
    await expectWhole(bench);
  });

  it('on two machines: the second one exits with 5, and the first one goes on', async () => {
    const { bench, run, goOn } = await begunRun();
    const elsewhere = bench.path('elsewhere');
    for (const name of ['rows.csv', 'out.csv.checkpoint']) {
      // What the run is about to put in place of a file comes and goes.
      const filter = (path: string) => !path.endsWith('.new');
      await cp(bench.path(name), join(elsewhere, name), { recursive: true, filter });
    }
    await rm(join(elsewhere, 'out.csv.checkpoint/lock'), { recursive: true });

    const second = await bench.run([...OUT, '--resume'], {
      cwd: elsewhere,
      env: { BATCHAI_QUEUE_URL: bench.redis.url },
    });
    goOn();
    const { code } = await run.finished;

    expect([second.code, code], second.stderr).toEqual([5, 0]);
    expect(second.stderr).toMatch(/another process coordinates this run on the queue at redis:\S+ \(run /);
    await expectWhole(bench);
    expect(bench.server.requests).toHaveLength(ROWS);
  });
});
