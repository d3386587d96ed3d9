import { beforeEach, describe, expect, it } from 'vitest';
import { unpainted } from '../../../src/cli/paint.js';
import { describeOutcome, describeRetryOutcome } from '../../../src/cli/text/outcome.js';
import { CallError } from '../../../src/fabric/call-error.js';
import { UnreadableRowError } from '../../../src/rows/input-error.js';
import type { StopReason } from '../../../src/run/control/stop.js';
import type { RunOutcome } from '../../../src/run/outcome/run-outcome.js';
import type { Plan } from '../../../src/run/plan/plan.js';
import type { RetryPlan } from '../../../src/run/retry/plan-retry.js';
import type { RunSettings } from '../../../src/run/settings/settings.js';
import { CLEAN, finished, SUMMARY, stopped } from '../some-outcome.js';
import { planOfRows } from '../some-plan.js';

const KEY = 'pk-secret';

let plan: Plan;
beforeEach(async () => {
  plan = await planOfRows({
    fabric: 'summary',
    environment: { PROMPTHA_API_KEY: KEY },
    output: 'out.csv',
  });
});

/** The lines without `batchai: ` before each. */
function linesOf(outcome: RunOutcome, of = plan, total?: number): string[] {
  return toLines(describeOutcome(outcome, of, total));
}

function goOn(options: string): string {
  return `go on: batchai resume ${plan.output.path}${options}`;
}

function toLines(text: string): string[] {
  const lines = unpainted(text).split('\n');
  expect(lines.pop()).toBe('');
  for (const line of lines) expect(line).toMatch(/^batchai: \S/);
  return lines.map((line) => line.slice('batchai: '.length));
}

describe('a run that came to its end', () => {
  it('tells its counts, which add up, and where the output is', () => {
    expect(linesOf(finished(CLEAN))).toEqual([
      '1,200 rows = 1,200 answered + 0 failed (100 % answered) in 1 min 05 s, 18 rows/s; 1,234 calls, 34 of them retries; a call took 250 ms (median), 1.5 s (p99)',
      'output: out.csv',
    ]);
  });

  it('tells which rows failed, the most frequent reason first, and how to retry them', () => {
    const lines = linesOf(finished());

    expect(lines.slice(1)).toEqual([
      'failed, timeout: 8 (rows 1, 2, 4, 5, 6, …)',
      'failed, refused: 2 (rows 3, 17)',
      'output: out.csv',
      'failed rows: out.csv.dead-letters.jsonl',
      `retry them: batchai retry ${plan.output.path} --kind timeout`,
      `what to do about them: batchai failures ${plan.output.path}`,
    ]);
    expect(lines[0]).toContain('(99.1 % answered)');
  });

  it('tells what was said of the first row of each kind, within 80 columns', () => {
    const long = `Unsupported value: 'temperature' does not support 0.5 with this model. ${'x'.repeat(100)}`;
    const failures = {
      'bad-request': { count: 3, rows: [1_234_567, 1_234_568], message: long },
      refused: { count: 2, rows: [40, 41], message: `one\nline,\r\n\ttwo` },
      server: { count: 1, rows: [7], message: `${'漢'.repeat(100)}` },
    };

    const lines = linesOf(finished({ failures }));

    expect(lines.slice(1, 7)).toEqual([
      'failed, bad-request: 3 (rows 1234567, 1234568, …)',
      `row 1234567: "Unsupported value: 'temperature' does not support 0.5…"`,
      'failed, refused: 2 (rows 40, 41)',
      'row 40: "one line, two"',
      'failed, server: 1 (row 7)',
      `row 7: "${'漢'.repeat(30)}…"`,
    ]);
    expect(Math.max(...lines.slice(1, 5).map((line) => `batchai: ${line}`.length))).toBeLessThanOrEqual(80);
  });

  it('lets no message steer the terminal, and counts what stands in place of its escapes', () => {
    const failures = {
      refused: { count: 1, rows: [1], message: `\u001b[2J\u001b[31m${'\u0007'.repeat(50)}` },
    };

    const line = linesOf(finished({ failures }))[2] ?? '';

    expect(line).toMatch(/^row 1: "\\u001b\[2J\\u001b\[31m(\\u0007)+.*…"$/);
    expect(`batchai: ${line}`.length).toBeLessThanOrEqual(80);
  });

  it('never calls it 100 % where a row failed', () => {
    const almost = { total: 1_000_000, succeeded: 999_999, failed: 1, successRate: 0.999999 };

    expect(linesOf(finished(almost))[0]).toContain('(99.9 % answered)');
  });

  it('says so too where there was nothing left to do', () => {
    expect(linesOf({ kind: 'nothing-to-do', summary: { ...SUMMARY, ...CLEAN } })).toContain(
      'output: out.csv',
    );
  });

  it('of no rows divides by nothing', () => {
    const nothing = { ...CLEAN, total: 0, succeeded: 0, calls: 0, retries: 0, elapsedMs: 0 };

    expect(linesOf(finished(nothing))[0]).toBe(
      '0 rows = 0 answered + 0 failed in 0.0 ms; 0 calls, 0 of them retries',
    );
  });

  it('to standard output has no output to name and nothing to retry', async () => {
    const piped = await planOfRows({ output: '-' });

    expect(linesOf(finished({ output: '-' }), piped).slice(3)).toEqual([
      'failed rows: out.csv.dead-letters.jsonl',
    ]);
  });
});

describe('a run that stopped', () => {
  it.each<[string, StopReason, string, string?]>([
    [
      'a signal',
      { kind: 'interrupted', signal: 'SIGINT' },
      'stopped: interrupted (Ctrl-C); checkpoint saved',
    ],
    [
      'a refused key',
      { kind: 'service', error: new CallError('auth', 'the service answered 401: no such key') },
      'stopped: the service answered 401: no such key (the key in PROMPTHA_API_KEY is refused); no row is to blame; checkpoint saved',
    ],
    [
      'an unknown fabric',
      { kind: 'service', error: new CallError('unknown-fabric', 'the service answered 404') },
      'stopped: the service answered 404 (check --fabric and --base-url); no row is to blame; checkpoint saved',
    ],
    [
      'a service that never answered',
      { kind: 'service', error: new CallError('no-success', 'no call has succeeded') },
      'stopped: no call has succeeded (no-success); no row is to blame; checkpoint saved',
    ],
    [
      'too many failed rows',
      { kind: 'max-errors', failed: 1_001 },
      'stopped: 1,001 rows failed, more than --max-errors allows; checkpoint saved',
      '  # counts failed rows anew',
    ],
    [
      'a row that cannot be read',
      {
        kind: 'unreadable-row',
        error: new UnreadableRowError('rows.csv', {
          number: 3,
          line: 4,
          problem: 'wanted a quote',
          raw: '"',
        }),
      },
      'stopped: rows.csv, line 4 (row 3): wanted a quote; everything before it is saved: mend the row, or put such rows aside with --bad-rows dead-letter, or fill short ones with --bad-rows fill',
      ' --bad-rows dead-letter  # or mend the row, and leave that option out',
    ],
    [
      'a full disk',
      {
        kind: 'failure',
        error: Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', path: 'x' }),
      },
      'stopped: the disk is full (x); make room, then go on',
    ],
  ])('by %s says so, and what to type next', (_what, reason, says, options = '') => {
    const lines = linesOf(stopped(reason));

    expect(lines[0]).toBe(says);
    expect(lines[1]).toMatch(/^so far: 1,200 rows have a result: 1,190 answered \+ 10 failed /);
    expect(lines.at(-1)).toBe(goOn(options));
  });

  it('by its budget is to go on with twice as much, and says what all would take', async () => {
    const paid = await planOfRows({
      output: 'out.csv',
      price: { unit: 'USD', call: 0.01 },
      maxCost: 0.5,
    });
    const cost = { total: 50, calls: 50, cost: 0.5, costUnit: 'USD' };
    const outcome = stopped({ kind: 'budget', end: { kind: 'max-cost', cost: 0.5 } });

    const lines = linesOf({ ...outcome, summary: { ...outcome.summary, ...cost } }, paid, 250);

    expect(lines[0]).toBe('stopped: another call might pass --max-cost ($0.50 is spent); checkpoint saved');
    expect(lines.at(-1)).toBe(
      `go on: batchai resume ${paid.output.path} --max-cost 1  # $0.50 is spent, about $2.50 for all`,
    );
  });

  it.each<[string, Partial<RunSettings>, string]>([
    [
      'a time of the day',
      { deadline: { kind: 'at', hours: 6, minutes: 0 } },
      ' --deadline none  # or with a later one',
    ],
    ['a time to take', { deadline: { kind: 'after', ms: 3_600_000 } }, '  # for another 1 h 00 min'],
  ])('by its deadline, %s, can go on all the same', async (_what, settings, options) => {
    const timed = await planOfRows({ output: 'out.csv', ...settings });

    const lines = linesOf(stopped({ kind: 'deadline', at: 0 }), timed);

    expect(lines.at(-1)).toBe(`go on: batchai resume ${timed.output.path}${options}`);
  });

  it('names what it needs to be given again', async () => {
    const secret = { ...plan, withheld: ['alertCommand', 'queue'] };

    const lines = linesOf(stopped({ kind: 'interrupted', signal: 'SIGINT' }), secret);

    expect(lines.at(-1)).toBe(
      goOn(
        '  # --alert-command is not kept: give it again; with BATCHAI_QUEUE_URL set: its password is not kept',
      ),
    );
  });

  it('cannot go on where it writes to standard output', async () => {
    const piped = await planOfRows({ output: '-' });

    expect(linesOf(stopped({ kind: 'interrupted', signal: 'SIGINT' }), piped).at(-1)).toBe(
      'this run cannot be resumed: it reads standard input or writes to standard output',
    );
  });

  it('shows no key', () => {
    const reason: StopReason = { kind: 'service', error: new CallError('auth', 'the service answered 401') };

    expect(linesOf(stopped(reason)).join('\n')).not.toContain(KEY);
  });
});

describe('a retry', () => {
  let retry: Pick<RetryPlan, 'output' | 'folder' | 'calls' | 'selected'>;
  beforeEach(() => {
    retry = { output: 'out.csv', folder: 'out.csv.checkpoint', calls: plan, selected: 2_000 };
  });

  it('tells which rows are left', () => {
    expect(toLines(describeRetryOutcome(finished(), retry)).slice(-2)).toEqual([
      'output: out.csv',
      'failed rows that are left: out.csv.dead-letters.jsonl',
    ]);
    expect(toLines(describeRetryOutcome(finished(CLEAN), retry)).at(-1)).toBe('output: out.csv');
  });

  it('that stopped is gone on with by another, which needs to be told only where the checkpoint is', () => {
    const outcome = stopped({ kind: 'interrupted', signal: 'SIGINT' });

    const usual = toLines(describeRetryOutcome(outcome, retry));
    const elsewhere = toLines(describeRetryOutcome(outcome, { ...retry, folder: 'my run' }));

    expect(usual.at(-1)).toBe('go on: batchai retry out.csv');
    expect(elsewhere.at(-1)).toBe("go on: batchai retry out.csv --checkpoint 'my run'");
  });
});
