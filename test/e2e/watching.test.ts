import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../support/fake-fabric-server.js';
import { figuresIn, figuresOnce, metricsUrlOf, sumOf } from './watching-figures.js';
import { enrichedCsv, idOf, parseJsonl, rowsCsv, workbench } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];

/** Without the label that tells the files of several runs apart. */
function figuresOfFile(text: string): Record<string, number> {
  return figuresIn(text.replaceAll(/,?output="out\.csv",?/g, '').replaceAll('{}', ''));
}

/** Asks all calls to wait, whatever else is answered. */
const NOTHING_LEFT = {
  'retry-after': '1',
  'x-ratelimit-remaining-requests': '0',
  'x-ratelimit-reset-requests': '1s',
};

describe('metrics', () => {
  it('are served while a run goes on, and say at its end what its summary says', async () => {
    const first: Record<number, Behaviour> = {
      5: { kind: 'status', status: 429, headers: NOTHING_LEFT },
      7: { kind: 'status', status: 500 },
      40: { kind: 'hang' },
    };
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }, nth) => {
        const n = Number(inputs.id);
        if (n === 3) return { kind: 'status', status: 422, body: { message: 'no' } };
        return nth === 1 ? first[n] : undefined;
      },
    });
    await bench.write('rows.csv', rowsCsv(40));

    const batchai = bench.start([
      ...[...OUT, '--metrics-port', '0', '--metrics-file', 'run.prom', '--json'],
      ...['--timeout', '3s', '--rate-limit', '500/s'],
    ]);
    const url = await metricsUrlOf(batchai);
    const during = await figuresOnce(
      url,
      (figures) => figures.batchai_rows_completed_total === 38 && figures.batchai_calls_in_air === 1,
    );
    const { code, stdout } = await batchai.finished;

    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect(during).toMatchObject({
      batchai_rows_started_total: 40,
      'batchai_rows_failed_total{kind="unprocessable"}': 1,
      'batchai_retries_total{kind="server"}': 1,
      'batchai_run_state{state="running"}': 1,
      'batchai_run_rows{result="answered"}': 38,
    });
    expect(code).toBe(3);
    const summary = JSON.parse(stdout);
    const figures = figuresOfFile(await bench.read('run.prom'));
    expect(figures).toMatchObject({
      batchai_rows_completed_total: summary.succeeded,
      batchai_calls_total: summary.calls,
      batchai_call_latency_seconds_count: summary.succeeded,
      batchai_rows_committed: 40,
      batchai_calls_in_air: 0,
      'batchai_run_state{state="finished"}': 1,
      'batchai_run_state{state="running"}': 0,
    });
    expect(sumOf(figures, 'batchai_rows_failed_total')).toBe(summary.failed);
    expect(sumOf(figures, 'batchai_retries_total')).toBe(summary.retries);
    expect(figures).toMatchObject({
      'batchai_retries_total{kind="rate-limit"}': 1,
      'batchai_retries_total{kind="server"}': 1,
      'batchai_retries_total{kind="timeout"}': 1,
    });
    expect(figures.batchai_latency_mean_seconds).toBeCloseTo(summary.latency.mean / 1_000, 3);
    expect(figures.batchai_success_ratio).toBeCloseTo(39 / 40);
    for (const reason of ['rate-limit', 'service-pause', 'backoff'])
      expect(figures[`batchai_wait_seconds_total{reason="${reason}"}`], reason).toBeGreaterThan(0);
  });

  it('count of a resumed run what this process did, and the whole run besides', async () => {
    const bench = await workbench({ keyColumn: 'id' });
    await bench.write('rows.csv', rowsCsv(30));
    await bench.run([...OUT, '--limit', '10']);

    const resumed = await bench.run([...OUT, '--resume', '--metrics-file', 'run.prom']);

    expect(resumed.code).toBe(0);
    const figures = figuresIn(await bench.read('run.prom'));
    expect(sumOf(figures, 'batchai_rows_completed_total')).toBe(20);
    expect(figures['batchai_run_rows{result="answered",output="out.csv"}']).toBe(30);
  });

  it('a port that is taken is refused before the first call', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(3));
    const port = new URL(bench.server.url).port;

    const { code, stderr } = await bench.run([...OUT, '--metrics-port', port]);

    expect(code).toBe(2);
    expect(stderr).toContain('--metrics-port: something else listens there already');
    expect(bench.server.requests).toEqual([]);
    expect(await bench.list()).toEqual(['rows.csv']);
  });
});

describe('the log', () => {
  /** Row 3 fails with a message that repeats the row; row 5 is tried twice. */
  const logBench = async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }, nth) => {
        if (inputs.id === idOf(3))
          return { kind: 'status', status: 422, body: { message: `cannot do ${inputs.name}, it is odd` } };
        return inputs.id === idOf(5) && nth === 1 ? { kind: 'status', status: 500 } : undefined;
      },
    });
    await bench.write('rows.csv', rowsCsv(30));
    return bench;
  };

  it('tells what happens, a line each, without what is in the rows', async () => {
    const bench = await logBench();

    const { code, stdout } = await bench.run([...OUT, '--log', 'run.log', '--json']);

    expect(code).toBe(3);
    const text = await bench.read('run.log');
    const lines = parseJsonl(text);
    expect(lines.map(({ event }) => event).filter((event) => event !== 'checkpoint')).toEqual([
      'started',
      'row-failed',
      'retries',
      'ended',
    ]);
    expect(lines[0]).toMatchObject({
      level: 'info',
      event: 'started',
      run: { fabric: 'product-description', input: 'rows.csv', output: 'out.csv' },
      plan: { concurrency: 10, batchSize: 50, attempts: 3, columns: ['id', 'name', 'note'] },
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'row-failed', row: 3, kind: 'unprocessable', status: 422 }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'retries', kind: 'server', count: 1, rows: [5] }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ event: 'checkpoint', rowsCommitted: 30 }));
    const { failures, ...summary } = JSON.parse(stdout);
    expect(lines.at(-1)).toMatchObject({ event: 'ended', summary });
    expect(lines.at(-1)?.summary).toHaveProperty('failures', {
      unprocessable: { count: failures.unprocessable.count, rows: failures.unprocessable.rows },
    });
    for (const { time } of lines) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(text).toContain('it is odd');
    expect(text).not.toMatch(/Item \d|described|xxxx/);
  });

  it('has the fields of rows that fail with --log-rows', async () => {
    const bench = await logBench();

    await bench.run([...OUT, '--log', 'run.log', '--log-rows']);

    const failed = parseJsonl(await bench.read('run.log')).find(({ event }) => event === 'row-failed');
    expect(failed).toMatchObject({ row: 3, item: { id: idOf(3), name: 'Item 3, "blue"' } });
    expect(failed?.message).toContain('cannot do Item 3, "blue", it is odd');
  });

  it('goes on with --resume where it ended', async () => {
    const bench = await logBench();
    await bench.run([...OUT, '--log', 'run.log', '--limit', '10']);
    const before = await bench.read('run.log');

    await bench.run([...OUT, '--log', 'run.log', '--resume']);

    const text = await bench.read('run.log');
    expect(text.startsWith(before)).toBe(true);
    const starts = parseJsonl(text).filter(({ event }) => event === 'started');
    expect(starts.map(({ plan }) => (plan as { resumes: boolean }).resumes)).toEqual([false, true]);
  });

  it('says what stopped a run', async () => {
    const bench = await workbench({ latencyMs: 20 });
    await bench.write('rows.csv', rowsCsv(400));

    const batchai = bench.startHere([...OUT, '--log', 'run.log']);
    while (bench.server.requests.length < 30) await delay(5);
    batchai.signal('SIGTERM');
    const { code } = await batchai.finished;

    expect(code).toBe(143);
    const lines = parseJsonl(await bench.read('run.log'));
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        event: 'stopped',
        kind: 'interrupted',
        message: 'interrupted by SIGTERM',
      }),
    );
    expect(lines.at(-1)).toMatchObject({ event: 'ended', summary: { finished: false } });
  });

  it('on a full disk is a note, and the run goes on without it', async () => {
    const bench = await workbench({ keyColumn: 'id' });
    await bench.write('rows.csv', rowsCsv(60));

    const { code, stderr } = await bench.run([...OUT, '--log', '/dev/full']);

    expect(code).toBe(0);
    expect(stderr).toContain('--log: /dev/full could not be written (ENOSPC); the run goes on without it');
    expect(await bench.read('out.csv')).toBe(enrichedCsv(60));
  });

  it('of a retry names the rows as the run knows them', async () => {
    const bench = await logBench();
    await bench.run(OUT);

    await bench.batchai(['retry', 'out.csv', '--log', 'retry.log', '--log-rows']);

    const lines = parseJsonl(await bench.read('retry.log'));
    expect(lines.find(({ event }) => event === 'row-failed')).toMatchObject({
      row: 3,
      item: { id: idOf(3) },
      message: expect.stringContaining('it is odd'),
    });
    expect(lines.at(-1)).toMatchObject({ event: 'ended', summary: { total: 1, failed: 1 } });
  });
});
