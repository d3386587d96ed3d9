import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRunLog, type RunLogOptions } from '../../src/monitor/run-log.js';
import { RunLogError } from '../../src/monitor/watch-error.js';
import { FakeClock, settled } from '../limits/fake-clock.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { anAlert } from './alerts/some-alerts.js';
import { answered, FACTS, failed, RUN, UNREADABLE } from './some-results.js';

const START = Date.UTC(2024, 0, 2, 3, 4, 5);

async function aLog(options: Partial<RunLogOptions> = {}) {
  const path = options.path ?? join(await temporaryFolder(), 'run.log');
  const clock = new FakeClock({ wallStart: START });
  const note = (message: string) => expect.unreachable(message);
  const log = await openRunLog({ path, clock, note, ...options });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= log.close();
    return closed;
  };
  onTestFinished(close);
  return { log, path, clock, lines: () => close().then(() => linesOf(path)) };
}

async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(path, 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe('a log', () => {
  it('has a line of JSON for what happens, with its time', async () => {
    const { log, clock, lines } = await aLog();

    log.started(FACTS);
    await clock.advance(1_500);
    log.rowFinished(failed(17, 'server'));
    log.alerted(anAlert('stall', { text: 'no row has finished' }));
    log.stopped({ kind: 'service', message: 'the key was refused' });
    log.ended({ total: 17 });

    const time = '2024-01-02T03:04:06.500Z';
    expect(await lines()).toEqual([
      {
        level: 'info',
        time: '2024-01-02T03:04:05.000Z',
        event: 'started',
        run: RUN,
        costUnit: 'USD',
        plan: { concurrency: 10 },
      },
      {
        level: 'warn',
        time,
        event: 'row-failed',
        row: 17,
        kind: 'server',
        status: 500,
        message: 'no luck',
        attempts: 3,
      },
      {
        level: 'warn',
        time,
        event: 'alert',
        alert: 'stall',
        state: 'firing',
        value: 300,
        threshold: 300,
        text: 'no row has finished',
      },
      { level: 'error', time, event: 'stopped', kind: 'service', message: 'the key was refused' },
      { level: 'info', time, event: 'ended', summary: { total: 17 } },
    ]);
  });

  it('holds nothing of what is in the rows', async () => {
    const { log, path, lines } = await aLog();

    log.started(FACTS);
    log.rowFinished(answered(1));
    log.rowFinished(failed(2, 'unprocessable', 1, 'wrong: {"text":"private words"}'));
    log.rowUnreadable(UNREADABLE);
    log.ended({});

    expect(await lines()).toMatchObject([
      {},
      { message: 'wrong: {"text":"…"}' },
      { event: 'row-failed', row: 9, kind: 'unreadable', line: 12, message: 'wanted 3 fields, got 2' },
      {},
    ]);
    expect(await readFile(path, 'utf8')).not.toContain('private');
  });

  it('holds the fields of rows that fail, and of no others, where that is asked for', async () => {
    const { log, lines } = await aLog({ itemOf: (row) => ({ name: `row ${row.number}` }) });

    log.rowFinished(answered(1));
    log.rowFinished(failed(2));
    log.rowUnreadable(UNREADABLE);

    expect(await lines()).toMatchObject([
      { event: 'row-failed', row: 2, item: { name: 'row 2' } },
      { event: 'row-failed', row: 9, raw: 'private,words' },
    ]);
  });

  it('gathers a night of retries into a line a second for each kind', async () => {
    const { log, clock, lines } = await aLog();

    for (let second = 0; second < 3; second++) {
      for (let row = 1; row <= 1_000; row++) log.callRetried('rate-limit', row);
      if (second === 1) log.callRetried('server', 7);
      await clock.advance(1_000);
    }
    log.callRetried('timeout', 9);
    log.ended({});

    const retries = (await lines()).filter(({ event }) => event === 'retries');
    expect(retries).toMatchObject([
      { kind: 'rate-limit', count: 1_000, rows: [1, 2, 3, 4, 5] },
      { kind: 'rate-limit', count: 1_000 },
      { kind: 'server', count: 1, rows: [7] },
      { kind: 'rate-limit', count: 1_000 },
      { kind: 'timeout', count: 1, rows: [9] },
    ]);
    expect(clock.timers).toBe(0);
  });

  it('has a checkpoint every ten seconds, and the last one', async () => {
    const { log, clock, lines } = await aLog();
    log.checkpointSaved({ rowsCommitted: 0, at: clock.wallNow() });
    log.started(FACTS);

    for (let second = 1; second <= 25; second++) {
      log.checkpointSaved({ rowsCommitted: second * 50, at: clock.wallNow() });
      await clock.advance(1_000);
    }
    log.ended({});

    const checkpoints = (await lines()).filter(({ event }) => event === 'checkpoint');
    expect(checkpoints.map(({ rowsCommitted }) => rowsCommitted)).toEqual([50, 550, 1_050, 1_250]);
  });
});

describe('the file of a log', () => {
  it('is added to, and only its owner can read it', async () => {
    const { log, path, lines } = await aLog();
    log.rowFinished(failed(1));
    await lines();

    const again = await aLog({ path });
    again.log.rowFinished(failed(2));

    expect(await again.lines()).toMatchObject([{ row: 1 }, { row: 2 }]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('can be rotated by copytruncate: what comes after it is at its beginning', async () => {
    const { log, path, lines } = await aLog();
    log.rowFinished(failed(1));
    while ((await stat(path)).size === 0) await settled();

    await copyFile(path, `${path}.1`);
    await truncate(path);
    log.rowFinished(failed(2));

    expect(await lines()).toMatchObject([{ row: 2 }]);
    expect(await linesOf(`${path}.1`)).toMatchObject([{ row: 1 }]);
  });

  it('that cannot be opened is an error in one line, before the first call', async () => {
    const path = join(await temporaryFolder(), 'missing', 'run.log');

    const opening = openRunLog({ path, clock: new FakeClock(), note: () => {} });

    await expect(opening).rejects.toThrow(new RunLogError(`--log: ${path} cannot be written (ENOENT)`));
  });

  it('that cannot be opened leaves nothing to write when the process ends', async () => {
    const path = join(await temporaryFolder(), 'missing', 'run.log');

    const { stdout, stderr } = await programRun('log-that-cannot-be-opened.ts', path);

    expect({ stdout, stderr }).toEqual({
      stdout: `--log: ${path} cannot be written (ENOENT)\n`,
      stderr: '',
    });
  });

  it('that is a folder is one too', async () => {
    const path = await temporaryFolder();

    await expect(openRunLog({ path, clock: new FakeClock(), note: () => {} })).rejects.toThrow(RunLogError);
  });

  it('has everything after a crash', async () => {
    const path = join(await temporaryFolder(), 'run.log');
    await writeFile(path, '');

    const crash = programRun('log-until-a-crash.ts', path);

    await expect(crash).rejects.toThrow('a crash');
    expect(await linesOf(path)).toHaveLength(1_000);
  });

  it.runIf(existsSync('/dev/full'))('on a full disk is one note, and keeps no process', async () => {
    const { stdout } = await programRun('log-on-a-full-disk.ts');

    expect(JSON.parse(stdout)).toEqual([
      '--log: /dev/full could not be written (ENOSPC); the run goes on without it',
    ]);
  });

  it.runIf(existsSync('/dev/full'))('on a full disk closes without an error', async () => {
    const notes: string[] = [];
    const { log } = await aLog({ path: '/dev/full', note: (message) => notes.push(message) });

    log.rowFinished(failed(1));
    await log.close();
    log.rowFinished(failed(2));
    await log.close();

    expect(notes).toHaveLength(1);
  });
});

function programRun(name: string, ...args: string[]) {
  const program = join(import.meta.dirname, name);
  return promisify(execFile)(process.execPath, ['--import', 'tsx', program, ...args], {
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    // One that does not end is what the test is for; it must not outlive it.
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
}
