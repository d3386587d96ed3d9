import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.js';
import type { RunningBatchai } from '../support/start-batchai.js';
import { until } from '../support/until.js';
import { hasRedis, kill, queueBench } from './queue-bench.js';
import { enrichedCsv, rowsCsv } from './workbench.js';

/** Kills of one run; `BATCHAI_KILLS=10` for the long version. */
const KILLS = Number(process.env.BATCHAI_KILLS ?? 2);
/** Printed when a test fails; give it again to see the same choices. */
const SEED = Number(process.env.BATCHAI_SEED ?? Math.floor(Math.random() * 2 ** 31));
const CONCURRENCY = 5;
const ROWS = 200 + 100 * KILLS;
const MOST = 100 + 50 * KILLS;
const OUT = ['rows.csv', '-o', 'out.csv', '-b', '10', '--json'];

describe.skipIf(!hasRedis)('budgets over a queue', () => {
  it(
    `--max-calls is never passed, however many processes are killed (BATCHAI_SEED=${SEED})`,
    async () => {
      const random = seededRandom(SEED);
      const bench = await queueBench({ keyColumn: 'id', latencyMs: 40 });
      await bench.write('rows.csv', rowsCsv(ROWS));
      const start = (name: string) => bench.worker(name, ['-c', String(CONCURRENCY)]);
      const workers = new Map(['tethys', 'dione'].map((name) => [name, start(name)]));
      let coordinator = bench.start([...OUT, '--max-calls', String(MOST)]);
      for (let killed = 0; killed < KILLS; killed++) {
        const calls = Math.floor(((killed + random()) / KILLS) * MOST);
        await until(() => bench.server.requests.length >= calls);
        await sleep(random() * 30);
        const victim = ['tethys', 'dione', 'coordinator'][Math.floor(random() * 3)] ?? '';
        const worker = workers.get(victim);
        await kill(worker ?? coordinator);
        if (worker !== undefined) workers.set(victim, start(victim));
        else coordinator = bench.start([...OUT, '--resume']);
      }

      const first = await coordinator.finished;
      const made = bench.server.requests.length;
      const again = await bench.run([...OUT, '--resume']);
      const madeAgain = bench.server.requests.length - made;
      const rest = await bench.run([...OUT, '--resume', '--max-calls', 'none']);

      console.log(`after ${KILLS} kills, ${made} of ${MOST} calls were made`);
      expect(first.code, first.stderr).toBe(4);
      expect(first.stderr).toContain('--max-calls');
      expect(made).toBeLessThanOrEqual(MOST);
      // What was marked as sent the moment before a worker died may not have gone out.
      expect(made).toBeGreaterThanOrEqual(MOST - KILLS * CONCURRENCY);
      expect([again.code, madeAgain], again.stderr).toEqual([4, 0]);
      expect(rest.code, rest.stderr).toBe(0);
      expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS));
    },
    120_000 + KILLS * 15_000,
  );

  it('--max-cost stops a run before it costs more, and lets it go on with a larger budget', async () => {
    const bench = await queueBench({ keyColumn: 'id', latencyMs: 5 });
    await bench.write('rows.csv', rowsCsv(60));
    const workers: RunningBatchai[] = [bench.worker('tethys'), bench.worker('dione')];
    const paid = [...OUT, '--price', 'call=0.01'];

    const first = await bench.run([...paid, '--max-cost', '0.3']);
    const calls = bench.server.requests.length;
    const rest = await bench.run([...paid, '--max-cost', 'none', '--resume']);

    expect([first.code, rest.code], first.stderr + rest.stderr).toEqual([4, 0]);
    expect(calls).toBe(30);
    expect(first.stderr).toContain('another call might pass --max-cost');
    expect(JSON.parse(first.stdout)).toMatchObject({ cost: 0.3, calls: 30 });
    expect(JSON.parse(rest.stdout)).toMatchObject({ cost: 0.6, calls: 60 });
    expect(await bench.read('out.csv')).toBe(enrichedCsv(60));
    expect(workers.map(({ child }) => child.exitCode)).toEqual([null, null]);
  });
});
