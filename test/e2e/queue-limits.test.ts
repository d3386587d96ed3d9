import { describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { hasRedis, queueBench } from './queue-bench.js';
import { enrichedCsv, mostWithin, rowsCsv } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];

describe.skipIf(!hasRedis)('one limit over three workers', () => {
  // Where others take the processor, calls arrive when they can, whatever their turns were: measured again.
  it('of 20/s is never 21 in any second, and used', { retry: 2 }, async () => {
    const ROWS = 101;
    const bench = await queueBench({ latencyMs: 150 });
    await bench.write('rows.csv', rowsCsv(ROWS));
    for (const name of ['tethys', 'dione', 'rhea']) bench.worker(name);

    const { code, stderr } = await bench.run([...OUT, '-b', '10', '--rate-limit', '20/s']);

    const arrivals = bench.server.requests.map(({ at }) => at).sort((a, b) => a - b);
    const seconds = ((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)) / 1_000;
    const used = (ROWS - 1) / seconds / 20;
    console.log(
      `20/s: at most ${mostWithin(arrivals, 1_000)} in a second, ${(used * 100).toFixed(1)} % used`,
    );
    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS));
    expect(mostWithin(arrivals, 1_000)).toBeLessThanOrEqual(20);
    // On a quiet machine it is 96 %: npm run bench -- queue-limit.
    expect(used).toBeGreaterThanOrEqual(0.5);
  });

  it('is held by all of them when the service tells one to wait', async () => {
    const PAUSE_MS = 3_000;
    let refusedAt = 0;
    const bench = await queueBench({
      keyColumn: 'id',
      latencyMs: 30,
      behave: ({ inputs, at }) => {
        if (inputs.id !== '00300' || refusedAt > 0) return undefined;
        refusedAt = at;
        return { kind: 'status', status: 429, headers: { 'retry-after': `${PAUSE_MS / 1_000}` } };
      },
    });
    await bench.write('rows.csv', rowsCsv(600));
    for (const name of ['tethys', 'dione', 'rhea']) bench.worker(name, ['-c', '4']);
    const run = bench.start([...OUT, '-b', '10', '--rate-limit', '200/s', '--attempts', '1', '--json']);
    await until(() => refusedAt > 0);
    await until(() => bench.server.inFlight === 0);

    const { code, stdout, stderr } = await run.finished;

    // The word needs a moment to reach the others: two round trips, and the latency of the refusal.
    const duringPause = bench.server.requests.filter(
      ({ at }) => at > refusedAt + 1_000 && at < refusedAt + PAUSE_MS - 50,
    );
    expect(duringPause).toHaveLength(0);
    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(600));
    // A wait that the service asked for is no attempt of the row's.
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
