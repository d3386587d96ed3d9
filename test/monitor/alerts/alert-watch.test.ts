import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/monitor/alerts/alert.js';
import { AlertWatch } from '../../../src/monitor/alerts/alert-watch.js';
import type { AlertTarget } from '../../../src/monitor/alerts/delivery-queue.js';
import { openAlerts } from '../../../src/monitor/alerts/open-alerts.js';
import type { WatchedCounts } from '../../../src/monitor/run-watch.js';
import type { AlertSettings } from '../../../src/monitor/watch-settings.js';
import { processes } from '../../../src/this-process.js';
import { FakeClock, settled } from '../../limits/fake-clock.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';
import { answered, countsOf, FACTS, failed, RUN } from '../some-results.js';
import { hookServer } from './hook-server.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const START = Date.UTC(2024, 0, 2, 3, 4, 5);

const SETTINGS: AlertSettings = {
  webhooks: [],
  commands: [],
  errorRate: 0.1,
  slow: undefined,
  stallMs: 5 * MINUTE,
  finish: false,
};

class Mailbox implements AlertTarget {
  readonly shown = 'the mailbox';
  readonly timeoutMs = 1;
  readonly attempts = 1;
  readonly alerts: Alert[] = [];
  isClosed = false;

  async deliver(alert: Alert): Promise<void> {
    this.alerts.push(alert);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** A watch on a run that has begun, and what it told. */
function watching(settings: Partial<AlertSettings> = {}, counts: WatchedCounts = countsOf(100, 20)) {
  const clock = new FakeClock({ wallStart: START });
  const mailbox = new Mailbox();
  const heard: Alert[] = [];
  const watch = new AlertWatch({
    settings: { ...SETTINGS, ...settings },
    run: RUN,
    targets: [mailbox],
    clock,
    note: (message) => expect.unreachable(message),
    onAlert: (alert) => heard.push(alert),
  });
  watch.started(FACTS, counts);
  const told = () => mailbox.alerts.map(({ alert, state }) => `${alert} ${state}`);
  return { watch, clock, mailbox, heard, told };
}

describe('a watch for alerts', () => {
  it('tells who, what, how much and when', async () => {
    const { watch, clock, mailbox, heard } = watching();

    for (let row = 1; row <= 19; row++) watch.rowFinished(row <= 15 ? answered(row) : failed(row));
    watch.rowUnreadable();
    await clock.advance(SECOND);

    expect(mailbox.alerts).toEqual([
      {
        text: 'batchai on night, described.csv: 25 % of the last 20 rows failed (limit 10 %)',
        alert: 'error-rate',
        state: 'firing',
        run: RUN,
        rows: 120,
        failed: 20,
        value: 0.25,
        threshold: 0.1,
        at: '2024-01-02T03:04:06.000Z',
      },
    ]);
    expect(heard).toEqual(mailbox.alerts);
  });

  it('fires once, and says when it is over', async () => {
    const { watch, clock, mailbox, told } = watching({ errorRate: undefined });

    await clock.advance(20 * MINUTE);
    expect(told()).toEqual(['stall firing']);
    watch.rowFinished(answered(1));
    await clock.advance(SECOND);

    expect(told()).toEqual(['stall firing', 'stall recovered']);
    expect(mailbox.alerts[1]?.text).toBe(
      'batchai on night, described.csv: recovered: rows are finishing again',
    );
  });

  it('looks at nothing that was not asked for', async () => {
    const { watch, clock, told } = watching({ errorRate: undefined, stallMs: undefined });

    for (let row = 1; row <= 100; row++) watch.rowFinished(failed(row));
    await clock.advance(60 * MINUTE);

    expect(told()).toEqual([]);
  });

  it('tells of a slow run, of a service that holds calls up, and of a budget', async () => {
    const budget = { used: 0.5 };
    const counts = { ...countsOf(100, 20), budgetShare: () => budget.used };
    const { watch, clock, told } = watching({ slow: { factor: 1.5, expectedMs: SECOND } }, counts);

    watch.waiting('backoff', 60 * MINUTE);
    watch.waiting('rate-limit', 60 * MINUTE);
    watch.rowFinished(answered(1));
    await clock.advance(2 * MINUTE);
    expect(told()).toEqual(['slow firing']);
    budget.used = 0.9;
    await clock.advance(SECOND);
    watch.waiting('service-pause', 60 * MINUTE);
    await clock.advance(6 * MINUTE);

    expect(told()).toEqual(['slow firing', 'budget firing', 'stall firing', 'rate-limited firing']);
  });

  it('tells at once that the run stops, once, and why', async () => {
    const { watch, clock, mailbox, told } = watching({ finish: true });

    watch.stopped({ kind: 'service', message: 'the key was refused' });
    watch.stopped({ kind: 'interrupted', message: 'SIGTERM' });
    watch.ended({ total: 120, failed: 20 });
    await clock.advance(SECOND);

    expect(told()).toEqual(['stopped firing']);
    expect(mailbox.alerts).toMatchObject([
      {
        text: 'batchai on night, described.csv: stopped: the key was refused',
        reason: { kind: 'service', message: 'the key was refused' },
        value: null,
        threshold: null,
      },
    ]);
  });

  it('tells that the run has finished, where that is asked for', async () => {
    const asked = watching({ finish: true });
    const notAsked = watching();
    const summary = { total: 1_200, failed: 20, elapsedMs: 61_000 };

    asked.watch.ended(summary);
    notAsked.watch.ended(summary);
    await settled();

    expect(asked.mailbox.alerts).toMatchObject([
      {
        alert: 'finished',
        text: 'batchai on night, described.csv: finished, 1,200 rows, 20 failed, 1 min 01 s',
        summary,
      },
    ]);
    expect(notAsked.told()).toEqual([]);
  });

  it('looks once more at the end: a run may be over within a second', async () => {
    const { watch, told } = watching();

    for (let row = 1; row <= 20; row++) watch.rowFinished(failed(row));
    watch.ended({});
    await settled();

    expect(told()).toEqual(['error-rate firing']);
  });

  it('looks no more after the end, and leaves no timer', async () => {
    const { watch, clock, mailbox, told } = watching();

    watch.ended({});
    await watch.close();
    await clock.advance(60 * MINUTE);

    expect([told(), clock.timers, mailbox.isClosed]).toEqual([[], 0, true]);
  });

  it('names the input of a run that writes to standard output', async () => {
    const { clock, mailbox } = watching();
    const watch = new AlertWatch({
      settings: SETTINGS,
      run: { ...RUN, output: '-' },
      targets: [mailbox],
      clock,
      note: () => {},
    });

    watch.stopped({ kind: 'service', message: 'why' });
    await settled();

    expect(mailbox.alerts[0]?.text).toBe('batchai on night, products.csv: stopped: why');
  });
});

it('alerts go to every webhook and command, and a dead one keeps them from no other', async () => {
  const server = await hookServer();
  const clock = new FakeClock();
  const notes: string[] = [];
  const pidFile = join(await temporaryFolder(), 'pid');
  const watch = await openAlerts({
    settings: {
      ...SETTINGS,
      webhooks: ['http://127.0.0.1:1/SECRET', `${server.origin}/one`, `${server.origin}/two`],
      commands: ['exit 1', `echo $$ > '${pidFile}' && cat > /dev/null # SECRET`, 'exit 2'],
    },
    run: RUN,
    clock,
    note: (message) => notes.push(message),
    proxyFor: () => undefined,
    environment: {},
    killGroup: () => expect.unreachable(),
  });

  watch.stopped({ kind: 'service', message: 'the key was refused' });
  await server.arrived(2);
  while (notes.length < 2) await settled();
  // One that still runs would be killed when the time is up.
  await until(async () => hasEnded(await readFile(pidFile, 'utf8').catch(() => '')));
  const closed = watch.close();
  await clock.advance(5 * SECOND);
  await closed;

  expect(server.requests.map(({ path }) => path).sort()).toEqual(['/one', '/two']);
  expect(notes.sort()).toEqual([
    'an alert did not arrive at alert command 1: exit code 1; the run goes on',
    'an alert did not arrive at alert command 3: exit code 2; the run goes on',
    'an alert did not arrive at http://127.0.0.1:1/…: ECONNREFUSED; the run goes on',
  ]);
});

/** Whether a process is gone, and whoever waits for it has heard so. */
function hasEnded(pid: string): boolean {
  return pid.endsWith('\n') && !processes.isRunning(Number(pid));
}
