import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../src/checkpoint/checkpoint-file.js';
import { takeLock } from '../../../src/checkpoint/lock.js';
import { describeRuns } from '../../../src/cli/text/runs.js';
import { describeStatus, statusLine } from '../../../src/cli/text/status.js';
import type { CallErrorKind } from '../../../src/fabric/call-error.js';
import { RunTally } from '../../../src/monitor/run-tally.js';
import type { JsonObject } from '../../../src/rows/row.js';
import { type RunStatus, readRunStatus } from '../../../src/run/inspect/status.js';
import { nightRun } from '../../monitor/some-history.js';
import { failed } from '../../monitor/some-results.js';
import { leaveRun } from '../../support/left-run.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A process that lives, and is nobody's. */
const PID = 910_000_001;
const NOW = Date.UTC(2026, 10, 24, 1, 45);
const SPENT = { input: 10, output: 10, cached: 0, cost: 0.001, unpriced: 0 };

/** The status of what an unfinished run left that was given such options; an input that is a number is an empty file of so many bytes. */
async function statusOf(
  { costUnit, ...options }: JsonObject,
  {
    changed = {},
    input,
    isLocked = false,
  }: { changed?: Partial<Checkpoint>; input?: string | number; isLocked?: boolean } = {},
): Promise<RunStatus> {
  const folder = await temporaryFolder();
  const output = join(folder, 'out.csv');
  const checkpoint = `${output}.checkpoint`;
  await leaveRun(checkpoint, undefined, {
    state: 'running',
    rowsCommitted: 3,
    inputOffset: 20,
    inputLine: 5,
    settings: { options, ...(costUnit === undefined ? {} : { costUnit }) },
    savedAt: new Date(NOW - 2_000).toISOString(),
    ...changed,
  });
  const path = join(folder, 'rows.csv');
  if (input !== undefined) await writeFile(path, typeof input === 'string' ? input : '');
  if (typeof input === 'number') await truncate(path, input);
  const processes = { pid: PID, isRunning: (pid: number) => pid === PID };
  const lock = isLocked ? await takeLock(checkpoint, processes) : undefined;
  try {
    return await readRunStatus({ output }, { processes, wallNow: () => NOW });
  } finally {
    await lock?.release();
  }
}

/** A header and five rows of four bytes; three of them are done. */
const INPUT = 'no,text\n1,a\n2,b\n3,c\n4,d\n5,e\n';

describe('the rows that there are', () => {
  it('are counted where the input is small', async () => {
    const { rows } = await statusOf({ input: 'rows.csv' }, { input: INPUT });

    expect(rows).toMatchObject({ committed: 3, total: 5, share: 0.6 });
  });

  it('are no more than the run is to do', async () => {
    const { rows } = await statusOf({ input: 'rows.csv', limit: 4 }, { input: INPUT });

    expect(rows).toMatchObject({ total: 4, share: 0.75 });
  });

  it('are not counted where the input is large: its bytes tell how far the run is', async () => {
    const megabyte = 1024 * 1024;

    const { rows } = await statusOf(
      { input: 'rows.csv' },
      { input: 200 * megabyte, changed: { inputOffset: 50 * megabyte } },
    );

    expect(rows).toMatchObject({ total: null, share: 0.25 });
  });

  it.each([
    ['of a stream', {}],
    ['of a compressed file', { input: 'rows.csv.gz' }],
  ])('are not known %s', async (_what, settings) => {
    const { rows } = await statusOf(settings);

    expect(rows).toMatchObject({ committed: 3, total: null, share: null });
  });
});

describe('a run whose process lives', () => {
  it('has a rate of late, and is reckoned up to now', async () => {
    const status = await statusOf(
      { input: 'rows.csv' },
      { input: INPUT, isLocked: true, changed: { elapsedMs: 4_000 } },
    );

    expect(status).toMatchObject({
      state: 'running',
      process: { pid: PID, isAlive: true },
      savedAgoMs: 2_000,
    });
    expect(status.elapsedMs).toBe(6_000);
    expect(status.rowsPerSecond.overall).toBe(0.5);
    expect(status.rowsPerSecond.now).toBeGreaterThan(0);
    expect(status.timeLeftMs).toBeCloseTo((2 / (status.rowsPerSecond.now ?? 0)) * 1_000);
  });
});

it('says of a run that goes on what holds it up, and how to raise it', async () => {
  const settings = {
    options: { input: 'rows.csv' },
    limits: { rate: { calls: 1, perMs: 60_000 }, concurrency: 10 },
  };
  const changed = { elapsedMs: 4_000, settings };

  const running = await statusOf({}, { input: INPUT, isLocked: true, changed });
  const stopped = await statusOf({}, { input: INPUT, changed });

  expect(running.heldUp).toBe('at the limit of 1 a minute: raise with --rate-limit');
  expect(describeStatus(running, '')).toContain('  held up  at the limit of 1 a minute: raise with');
  expect(stopped.heldUp).toBeNull();
});

describe('the commands for failed rows', () => {
  it.each<[CallErrorKind[], string[][]]>([
    [['timeout', 'server'], [['retry']]],
    [
      ['timeout', 'refused'],
      [['retry', '--kind', 'timeout'], ['failures']],
    ],
    [['refused', 'truncated'], [['failures']]],
  ])('retry only kinds that another try may mend: %j', async (kinds, commands) => {
    const tally = new RunTally();
    for (const [index, kind] of kinds.entries()) tally.add(failed(index + 1, kind));

    const { next } = await statusOf(
      { input: 'rows.csv' },
      { input: INPUT, changed: { state: 'finished', counts: tally.snapshot() } },
    );

    const words = next.slice(0, -1).map(({ words: [, command, , ...more] }) => [command, ...more]);
    expect(words).toEqual(commands);
  });
});

describe('the command that goes on with a run', () => {
  it('names its output, and its checkpoint where that is elsewhere', async () => {
    const status = await statusOf({ input: 'rows.csv' });

    expect(status.next[0]).toEqual({ what: 'resume', words: ['batchai', 'resume', status.output] });
  });

  it('has room for more where the budget is used up', async () => {
    const { tally } = nightRun(20_000);
    const { next } = await statusOf({ input: 'rows.csv', maxCalls: tally.calls });

    expect(next[0]?.words.slice(-2)).toEqual(['--max-calls', String(2 * tally.calls)]);
    expect(next[0]?.comment).toMatch(/^[\d,]+ calls made/);
  });

  it('is none where the input was a stream', async () => {
    const status = await statusOf({});

    expect(status.next.map(({ what }) => what)).toEqual(['report']);
    expect(describeStatus(status, 'here')).toContain(
      '  go on    not possible: its input was standard input\n',
    );
  });
});

describe('what is shown of a run', () => {
  it('fits into 80 columns, but for the paths and commands', async () => {
    const status = await statusOf({ input: 'rows.csv', costUnit: 'USD' }, { input: INPUT, isLocked: true });
    const shown = describeStatus({ ...status, output: 'out.csv', next: [] }, 'here');

    const long = shown.split('\n').filter((line) => line.length > 80);
    expect(long).toEqual([]);
    expect(shown).toMatch(/ {2}cost {5}\$/);
    expect(shown).toContain(' of them retries; ');
  });

  it('is one line in a log', async () => {
    const status = await statusOf({ input: 'rows.csv' }, { input: INPUT });

    expect(statusLine({ ...status, output: 'out.csv', failed: 2, retries: 7 })).toBe(
      'out.csv: stopped, 3 of 5 have a result, 2 to go (60 %), 2 failed, 7 retries, saved 2.0 s ago',
    );
  });

  it('has what each step took, in 80 columns, and what each has answered in one line', async () => {
    const counts = new RunTally();
    for (let row = 0; row < 3; row++) {
      counts.addStep({ by: 0, calls: 1, spent: SPENT, answeredInMs: 5 }, true);
      counts.addStep({ by: 1, calls: 2, spent: SPENT }, true);
    }
    const changed = {
      identity: { steps: ['classify-by-topic-and-urgency', 'reply'] },
      counts: counts.snapshot(),
    };
    const status = await statusOf({ costUnit: 'USD' }, { changed });
    const shown = describeStatus({ ...status, output: 'out.csv', next: [] }, 'here');

    expect(status.steps).toMatchObject([
      { asked: 3, answered: 3 },
      { answered: 0, calls: 6, cost: 0.003 },
    ]);
    expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(shown).toContain(
      [
        '  steps    classify-by-topic-and-urgency: 3 rows, 3 answered, 3 calls, $0.003',
        '           reply: 3 rows, 0 answered, 6 calls, $0.003\n',
      ].join('\n'),
    );
    expect(statusLine(status)).toContain(
      ', answered classify-by-topic-and-urgency 3, reply 0, 3 retries, saved',
    );
  });

  it('has the tiers and the judge of a run that an older version began', async () => {
    const tiers = { tiers: [{ fabric: 'large' }], judge: { fabric: 'judge' } };
    const changed = { identity: { fabric: 'small', tiers } };

    const { tiers: shown, steps } = await statusOf({ costUnit: 'USD' }, { changed });

    expect(shown.map(({ fabric, role }) => [fabric, role])).toEqual([
      ['small', 'tier'],
      ['large', 'tier'],
      ['judge', 'judge'],
    ]);
    expect(steps).toEqual([]);
  });

  it('is one line of at most 80 columns in a list', async () => {
    const status = await statusOf({ input: 'rows.csv' }, { input: INPUT });
    const large = { ...status.rows, done: 9_999_999, total: 10_000_000 };
    const runs = describeRuns([
      { ...status, output: `${'long/'.repeat(10)}out.csv`, rows: large, failed: 123_456 },
      { ...status, output: 'old.csv', savedAgoMs: 1e9, state: 'finished with failures' },
    ]);

    const [header = '', first = '', second = ''] = runs.split('\n');
    expect([header, first, second].filter((line) => line.length > 80)).toEqual([]);
    expect(first).toMatch(/^….*\/out\.csv +stopped +9,999,999\/10,000,000 +123,456 +2\.0 s ago$/);
    expect(second).toMatch(/^old\.csv +finished +3\/5 .* 2026-11-24 01:44$/);
  });
});
