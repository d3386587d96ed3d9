import { describe, expect, it } from 'vitest';
import type { TestRedis } from '../support/redis-for-test.js';
import { until } from '../support/until.js';
import { hasRedis, keysOfRuns, queueBench } from './queue-bench.js';
import { beforeTheirTurn, enrichedCsv, rowsCsv } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];

describe.skipIf(!hasRedis)('one limit over three workers', () => {
  it('of 20/s is never 21 in any second', async () => {
    const ROWS = 61;
    const bench = await queueBench({ latencyMs: 150 });
    await bench.write('rows.csv', rowsCsv(ROWS));
    for (const name of ['tethys', 'dione', 'rhea']) bench.worker(name);

    const run = bench.start([...OUT, '-b', '10', '--rate-limit', '20/s']);
    let lastWithoutRun = 0;
    await until(async () => {
      const at = performance.now();
      if ((await keysOfRuns(bench.redis)).length > 0) return true;
      lastWithoutRun = at;
      return false;
    });
    const { code, stderr } = await run.finished;

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS));
    expect(beforeTheirTurn(bench.server.requests, lastWithoutRun, 50)).toEqual([]);
  });

  it('is held by all of them when the service refuses the calls of one', async () => {
    const PAUSE_MS = 3_000;
    const CALLS_A_SECOND = 200;
    let isRefusing = false;
    let refused = 0;
    const bench = await queueBench({
      keyColumn: 'id',
      latencyMs: 30,
      behave: ({ inputs }) => {
        isRefusing ||= inputs.id === '00200' && refused === 0;
        if (!isRefusing) return undefined;
        refused++;
        return { kind: 'status', status: 429, headers: { 'retry-after': `${PAUSE_MS / 1_000}` } };
      },
    });
    await bench.write('rows.csv', rowsCsv(500));
    for (const name of ['tethys', 'dione', 'rhea']) bench.worker(name, ['-c', '4']);
    const rate = ['--rate-limit', `${CALLS_A_SECOND}/s`];
    const run = bench.start([...OUT, '-b', '10', ...rate, '--attempts', '1', '--json']);
    await until(() => refused > 0);
    const pausedUntil = await pauseOf(bench.redis);
    isRefusing = false;
    const { code, stdout, stderr } = await run.finished;

    // Turns are given out for a quarter of a second, and whoever had one may have heard of the pause too late.
    const moments = bench.server.requests.map(({ at }) => performance.timeOrigin + at);
    const duringPause = moments.filter((at) => at > pausedUntil - PAUSE_MS && at < pausedUntil - 50);
    expect(duringPause.length).toBeLessThanOrEqual(CALLS_A_SECOND / 4 + 3 * 4);
    expect(moments.filter((at) => at > pausedUntil - 50).length).toBeGreaterThan(0);
    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(500));
    // A wait that the service asked for is no attempt of the row's.
    expect(JSON.parse(stdout)).toMatchObject({ total: 500, succeeded: 500, calls: 500 + refused });
  });

  it('goes on when the service refuses one call among many', async () => {
    const PAUSE_MS = 3_000;
    const calledAt: number[] = [];
    const bench = await queueBench({
      keyColumn: 'id',
      latencyMs: 30,
      behave: ({ inputs, at }) => {
        if (inputs.id !== '00300') return undefined;
        calledAt.push(at);
        if (calledAt.length > 1) return undefined;
        return { kind: 'status', status: 429, headers: { 'retry-after': `${PAUSE_MS / 1_000}` } };
      },
    });
    await bench.write('rows.csv', rowsCsv(600));
    for (const name of ['tethys', 'dione', 'rhea']) bench.worker(name, ['-c', '4']);

    const { code, stdout, stderr } = await bench.run([
      ...[...OUT, '-b', '10', '--rate-limit', '200/s', '--attempts', '1', '--json'],
    ]);

    const [refusedAt = 0, againAt = 0] = calledAt;
    const meanwhile = bench.server.requests.filter(({ at }) => at > refusedAt && at < againAt);
    expect(code, stderr).toBe(0);
    expect(againAt - refusedAt).toBeGreaterThan(PAUSE_MS - 50);
    // Had all waited, only the calls that were in flight would be among them: 12 at most.
    expect(meanwhile.length).toBeGreaterThan(24);
    expect(JSON.parse(stdout)).toMatchObject({ total: 600, succeeded: 600, calls: 601 });
  });
});

describe.skipIf(!hasRedis)('two runs on the same workers', () => {
  it('share them: a small one that comes later is done long before the large one', async () => {
    // Slow until the small one is there: however long it takes to start, the large one is not over by then.
    let latencyMs = 300;
    const bench = await queueBench({
      keyColumn: 'id',
      latencyMs: ({ fabricId }) => {
        if (fabricId === 'small') latencyMs = 100;
        return latencyMs;
      },
    });
    await bench.write('large.csv', rowsCsv(1_500));
    await bench.write('small.csv', rowsCsv(60));
    bench.worker('tethys');
    bench.worker('dione');
    const large = bench.start(['large.csv', '-o', 'large.out.csv']);
    await until(() => bench.server.requests.length >= 100);

    const small = await bench.run(['small.csv', '-o', 'small.out.csv', '-b', '10', '--fabric', 'small']);
    const isLargeOver = large.child.exitCode !== null;
    const { code, stderr } = await large.finished;

    expect([small.code, code], small.stderr + stderr).toEqual([0, 0]);
    expect(isLargeOver).toBe(false);
    const fabrics = bench.server.requests.map(({ fabricId }) => fabricId);
    const [first, last] = [fabrics.indexOf('small'), fabrics.lastIndexOf('small')];
    const largeIn = (calls: readonly string[]) => calls.filter((fabric) => fabric !== 'small').length;
    // Half of the calls are the large one's, give or take what the small one waits for a batch.
    expect(largeIn(fabrics.slice(first, last))).toBeLessThan(240);
    expect(largeIn(fabrics.slice(last))).toBeGreaterThan(240);
    expect(await bench.read('small.out.csv')).toBe(enrichedCsv(60));
    expect(await bench.read('large.out.csv')).toBe(enrichedCsv(1_500));
  });
});

/** Until when nobody may call, in ms since 1970, once somebody was told to wait. */
async function pauseOf({ redis, keys }: TestRedis): Promise<number> {
  let pausedUntil = 0;
  await until(async () => {
    const [slots = 'none'] = (await keys()).filter((key) => key.endsWith(':slots'));
    pausedUntil = Number((await redis.hget(slots, 'pause')) ?? 0);
    return pausedUntil > 0;
  });
  return pausedUntil;
}
