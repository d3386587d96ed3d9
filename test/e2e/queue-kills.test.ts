import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.js';
import type { RunningBatchai } from '../support/start-batchai.js';
import { until } from '../support/until.js';
import { hasRedis, keysOfRuns, kill, type QueueBench, queueBench } from './queue-bench.js';
import { enrichedCsv, idOf, parseJsonl, rowsCsv } from './workbench.js';

/** Kills of one run; `BATCHAI_KILLS=20` for the long version. */
const KILLS = Number(process.env.BATCHAI_KILLS ?? 6);
/** Printed when a test fails; give it again to see the same choices. */
const SEED = Number(process.env.BATCHAI_SEED ?? Math.floor(Math.random() * 2 ** 31));
const CONCURRENCY = 10;
const WORKERS = ['tethys', 'dione', 'rhea'];
/** More than are done while processes are killed; the rest is answered at once. */
const ROWS = 1_000 + KILLS * 450;

const OUT = ['rows.csv', '-o', 'out.csv', '-b', '20', '--resume', '--json'];

describe.skipIf(!hasRedis)(`kill -9 of workers and coordinator (BATCHAI_SEED=${SEED})`, () => {
  it(
    'ends in the same bytes as a run without a queue, and repeats only calls that were in the air',
    async () => {
      const random = seededRandom(SEED);
      let isOver = false;
      const bench = await queueBench({
        keyColumn: 'id',
        latencyMs: ({ inputs }) => (isOver ? 1 : 100 + ((Number(inputs.id) * 7919) % 100)),
        behave: ({ inputs }) => (fails(Number(inputs.id)) ? { kind: 'status', status: 422 } : undefined),
      });
      await bench.write('rows.csv', rowsCsv(ROWS));
      const killed = { workers: 0, coordinators: 0 };
      const start = (name: string) => bench.worker(name, ['-c', String(CONCURRENCY)]);
      const workers = new Map(WORKERS.map((name) => [name, start(name)]));
      let coordinator = bench.start(OUT);

      while (killed.workers + killed.coordinators < KILLS) {
        await sleep(300 + random() * 2_400);
        // Every third or so is the coordinator.
        const victim = WORKERS[Math.floor(random() * (WORKERS.length + 1.5))];
        if (victim === undefined) {
          killed.coordinators++;
          await kill(coordinator);
          coordinator = bench.start(OUT);
        } else {
          killed.workers++;
          await kill(workers.get(victim) as RunningBatchai);
          workers.set(victim, start(victim));
        }
      }
      isOver = true;
      const { code, stdout, stderr } = await coordinator.finished;

      expect(code, stderr).toBe(3);
      expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS, { fails }));
      expect(await failedRows(bench)).toEqual(Array.from({ length: ROWS }, (_, n) => n + 1).filter(fails));
      expect(JSON.parse(stdout)).toMatchObject({ total: ROWS });
      const repeated = bench.server.requests.length - ROWS;
      const paidTwice = bench.server.requests.filter(({ status }) => status !== null).length - ROWS;
      console.log(
        `killed ${killed.workers} workers and ${killed.coordinators} coordinators: ` +
          `of ${ROWS} calls ${repeated} were made again, of which ${paidTwice} had been answered`,
      );
      expect(repeated).toBeLessThanOrEqual(killed.workers * CONCURRENCY);
      expect(keysPerRow(bench)).toBe(1);
      await until(async () => (await keysOfRuns(bench.redis)).length === 0);
    },
    180_000 + KILLS * 8_000,
  );

  it('of a worker: its batch goes on elsewhere, where the other finds what it answered', async () => {
    const bench = await queueBench({ keyColumn: 'id', latencyMs: 200 });
    await bench.write('rows.csv', rowsCsv(50));
    const first = bench.worker('tethys', ['-c', '5']);
    const run = bench.start(['rows.csv', '-o', 'out.csv']);
    await until(() => answered(bench, 50) >= 15);

    const before = bench.server.requests.length;
    await kill(first);
    const killedAt = performance.now();
    bench.worker('dione', ['-c', '5']);
    await until(() => bench.server.requests.length > before);
    const tookMs = performance.now() - killedAt;
    const { code, stderr } = await run.finished;

    console.log(`a killed worker's batch went on elsewhere after ${(tookMs / 1_000).toFixed(1)} s`);
    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(50));
    expect(bench.server.requests.length).toBeLessThanOrEqual(50 + 5);
  });

  it('of the coordinator: workers finish what is queued, and --resume collects it without a call', async () => {
    const bench = await queueBench({ keyColumn: 'id', latencyMs: 50 });
    await bench.write('rows.csv', rowsCsv(300));
    bench.worker('tethys');
    const first = bench.start(['rows.csv', '-o', 'out.csv', '-b', '20']);
    await until(() => bench.server.requests.length >= 30);

    await kill(first);
    await until(() => answered(bench, 300) === 300);
    const run = bench.start(['rows.csv', '-o', 'out.csv', '-b', '20', '--resume', '--json']);
    const { code, stdout, stderr } = await run.finished;

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(300));
    expect(bench.server.requests).toHaveLength(300);
    expect(JSON.parse(stdout)).toMatchObject({ total: 300, succeeded: 300, calls: 300, resumed: true });
  });
});

function fails(row: number): boolean {
  return row % 17 === 0;
}

function answered({ server }: QueueBench, rows: number): number {
  let count = 0;
  for (let n = 1; n <= rows; n++) count += server.answered(idOf(n));
  return count;
}

async function failedRows(bench: QueueBench): Promise<unknown[]> {
  return parseJsonl(await bench.read('out.csv.dead-letters.jsonl')).map(({ row }) => row);
}

/** By which the service could tell that a call is one it has answered. */
function keysPerRow({ server }: QueueBench): number {
  const keys = new Map<unknown, Set<unknown>>();
  for (const { inputs, idempotencyKey } of server.requests) {
    keys.set(inputs.id, (keys.get(inputs.id) ?? new Set()).add(idempotencyKey));
  }
  return Math.max(...[...keys.values()].map((own) => own.size));
}
