import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { liveCounts } from '../../src/monitor/live-counts.js';
import { serveMetrics } from '../../src/monitor/metrics/metrics-server.js';
import { openWatches } from '../../src/monitor/open-watches.js';
import { RunTally } from '../../src/monitor/run-tally.js';
import type { WatchSettings } from '../../src/monitor/watch-settings.js';
import { killGroup } from '../../src/this-process.js';
import { FakeClock } from '../limits/fake-clock.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { hookServer } from './alerts/hook-server.js';
import { answered, FACTS, failed, RUN } from './some-results.js';

const NOTHING: WatchSettings = {
  metricsAddress: undefined,
  metricsFile: undefined,
  alerts: undefined,
  log: undefined,
  notifies: false,
};

async function opened(settings: Partial<WatchSettings>) {
  const notes: string[] = [];
  const clock = new FakeClock();
  const watches = await openWatches(
    { ...NOTHING, ...settings },
    {
      run: RUN,
      clock,
      itemOf: (row) => ({ name: row.text }),
      environment: {},
      terminal: process.stderr,
      killGroup,
      proxyFor: () => undefined,
      note: (message) => notes.push(message),
    },
  );
  onTestFinished(watches.close);
  return { ...watches, notes, clock };
}

describe('what watches a run', () => {
  it('is nothing where nothing was asked for', async () => {
    const { watch, metricsUrl, close, clock } = await opened({});

    await close();

    expect(watch).toEqual({});
    expect([metricsUrl, clock.timers]).toEqual([undefined, 0]);
  });

  it('hears of the run from its start to its end, and of the alerts', async () => {
    const folder = await temporaryFolder();
    const server = await hookServer();
    const paths = {
      metrics: join(folder, 'run.prom'),
      log: join(folder, 'run.log'),
      mail: join(folder, 'mail'),
    };
    const { watch, metricsUrl, close, notes, clock } = await opened({
      metricsAddress: { host: '127.0.0.1', port: 0 },
      metricsFile: paths.metrics,
      log: { path: paths.log, rows: false },
      alerts: {
        webhooks: [`${server.origin}/services/SECRET`],
        commands: [`: SECRET; cat >> '${paths.mail}'`],
        errorRate: 0.1,
        slow: undefined,
        stallMs: undefined,
        finish: true,
      },
    });

    const tally = new RunTally();
    watch.started?.(FACTS, liveCounts(tally));
    for (let row = 1; row <= 20; row++) {
      const result = row <= 15 ? answered(row) : failed(row);
      tally.add(result);
      watch.rowFinished?.(result);
    }
    await clock.advance(1_000);
    const scraped = await scrape(metricsUrl ?? '');
    watch.ended?.({ total: 20 });
    await close();

    expect(scraped).toContain('batchai_rows_completed_total 15\n');
    expect(scraped).toContain('batchai_alert_firing{alert="error-rate"} 1\n');
    const told = ['error-rate', 'finished'];
    expect(server.requests.map(({ body }) => body.alert)).toEqual(told);
    const [mail, log] = [await linesOf(paths.mail), await linesOf(paths.log)];
    expect(mail.map(({ alert }) => alert)).toEqual(told);
    expect(log.filter(({ event }) => event !== 'row-failed').map(({ event }) => event)).toEqual([
      'started',
      'alert',
      'alert',
      'ended',
    ]);
    const metrics = await readFile(paths.metrics, 'utf8');
    expect(metrics).toContain('batchai_run_state{state="finished",output="described.csv"} 1\n');
    expect([notes, clock.timers]).toEqual([[], 0]);
    for (const path of Object.values(paths))
      expect(await readFile(path, 'utf8')).not.toMatch(/SECRET|private/);
  });

  it('logs what is in the rows where that is asked for', async () => {
    const path = join(await temporaryFolder(), 'run.log');
    const { watch, close } = await opened({ log: { path, rows: true } });

    watch.rowFinished?.(failed(1));
    await close();

    expect(await linesOf(path)).toMatchObject([{ row: 1, item: { name: 'private words' } }]);
  });

  it('is closed again where a part of it cannot be opened', async () => {
    const folder = await temporaryFolder();
    const taken = await serveMetrics({
      address: { host: '127.0.0.1', port: 0 },
      contentType: 'text/plain',
      text: async () => '',
    });
    onTestFinished(() => taken.close());
    const port = Number(new URL(taken.url).port);

    const opening = opened({
      metricsAddress: { host: '127.0.0.1', port },
      log: { path: join(folder, 'run.log'), rows: false },
    });

    await expect(opening).rejects.toThrow('--metrics-port: something else listens there already');
    expect(await readdir(folder)).toEqual(['run.log']);
    expect(await openFilesIn(folder)).toEqual([]);
  });
});

async function scrape(url: string): Promise<string> {
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const { body } = await request(url, { dispatcher: agent });
  return body.text();
}

async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Files below a folder that this process holds open, as Linux tells it. */
async function openFilesIn(folder: string): Promise<string[]> {
  const ids = await readdir('/proc/self/fd').catch(() => []);
  const paths = await Promise.all(ids.map((id) => readlink(`/proc/self/fd/${id}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(folder));
}
