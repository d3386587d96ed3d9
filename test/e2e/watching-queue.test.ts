import { describe, expect, it } from 'vitest';
import { enrich } from '../../src/index.js';
import type { LiveCounts } from '../../src/monitor/live-counts.js';
import type { Behaviour } from '../support/fake-fabric-server.js';
import { until } from '../support/until.js';
import { hasRedis, queueBench } from './queue-bench.js';
import { figuresIn, sumOf } from './watching-figures.js';
import { enrichedCsv, FABRIC, idOf, parseJsonl, rowsCsv } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];
const NOTHING_LEFT = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1s' };
/** Asks all calls to wait, whatever else is answered. */
const ASKED_TO_WAIT = {
  kind: 'status',
  status: 429,
  headers: { 'retry-after': '1', ...NOTHING_LEFT },
} as const;

describe.skipIf(!hasRedis)('a run over a queue is watched like one here', () => {
  it('its metrics and its log say what happened on the workers', async () => {
    const first: Record<number, Behaviour> = {
      5: ASKED_TO_WAIT,
      7: { kind: 'status', status: 500 },
      40: { kind: 'status', status: 500 },
    };
    const bench = await queueBench({
      keyColumn: 'id',
      behave: ({ inputs }, nth) => {
        if (inputs.id === idOf(3)) return { kind: 'status', status: 422, body: { message: 'no' } };
        return nth === 1 ? first[Number(inputs.id)] : undefined;
      },
    });
    await bench.write('rows.csv', rowsCsv(40));
    for (const name of ['tethys', 'dione']) bench.worker(name);

    const { code, stdout, stderr } = await bench.run([
      ...[...OUT, '-b', '10', '--rate-limit', '100/s', '--json'],
      ...['--metrics-file', 'run.prom', '--log', 'run.log'],
    ]);

    expect(code, stderr).toBe(3);
    const figures = figuresIn((await bench.read('run.prom')).replaceAll(/,?output="out\.csv",?/g, ''));
    expect(figures).toMatchObject({
      'batchai_rows_started_total{}': 40,
      'batchai_calls_in_air{}': 0,
      'batchai_rows_completed_total{}': 39,
      'batchai_retries_total{kind="rate-limit"}': 1,
      'batchai_retries_total{kind="server"}': 2,
    });
    expect(sumOf(figures, 'batchai_retries_total')).toBe(JSON.parse(stdout).retries);
    const waited = (reason: string) => figures[`batchai_wait_seconds_total{reason="${reason}"}`];
    for (const reason of ['rate-limit', 'backoff']) expect(waited(reason), reason).toBeGreaterThan(0);
    // Two workers waited, of one pause of 1 s.
    expect(waited('service-pause')).toBeGreaterThan(0);
    expect(waited('service-pause')).toBeLessThan(2);
    const retries = parseJsonl(await bench.read('run.log')).filter(({ event }) => event === 'retries');
    expect(retries.flatMap(({ rows }) => rows).sort()).toEqual([40, 5, 7]);
  });

  it('while it goes on, it is known what holds it up', async () => {
    let isRefusing = false;
    const bench = await queueBench({
      keyColumn: 'id',
      behave: () => (isRefusing ? { ...ASKED_TO_WAIT, headers: { 'retry-after': '3' } } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(25));
    bench.worker('tethys');

    const run = enrich({
      input: bench.path('rows.csv'),
      output: bench.path('out.csv'),
      fabric: FABRIC,
      baseUrl: bench.server.url,
      rateLimit: '5/s',
      queue: bench.redis.url,
      environment: {},
    });
    const started = new Promise<LiveCounts>((resolve) => run.on('started', resolve));
    const counts = await started;
    const holdups = () => counts.holdups?.() ?? { forLimit: 0, pausedForMs: 0, inBackoff: 0 };
    await until(() => holdups().forLimit > 0);
    isRefusing = true;
    await until(() => holdups().pausedForMs > 1_000);
    isRefusing = false;
    const outcome = await run.outcome;

    expect(outcome).toMatchObject({ kind: 'finished', summary: { total: 25, succeeded: 25 } });
    expect(await bench.read('out.csv')).toBe(enrichedCsv(25));
  });
});
