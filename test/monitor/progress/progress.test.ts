import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type LiveCounts, liveCounts } from '../../../src/monitor/live-counts.js';
import { type ProgressOptions, progressOn } from '../../../src/monitor/progress/progress.js';
import { RunTally } from '../../../src/monitor/run-tally.js';

const showBar = progressOn({ isTTY: true });
const showLines = progressOn({ isTTY: false });

/** Where the bar is drawn over the one before it. */
const TO_LINE_START = '\u001b[1G';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Shown {
  readonly counts: LiveCounts;
  readonly stream: NodeJS.WriteStream;
  /** What was written so far. */
  readonly text: () => string;
  /** The same, a line each. */
  readonly lines: () => string[];
  /** Lets this much time pass. */
  readonly pass: (ms: number) => void;
  readonly end: () => void;
}

interface Screen extends Partial<Pick<ProgressOptions, 'total' | 'inputBytes'>> {
  /** The width of a terminal; without one, it is a log. */
  readonly columns?: number;
}

function shown({ columns, ...options }: Screen): Shown {
  let text = '';
  const written = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      text += chunk.toString();
      callback();
    },
  });
  const stream = Object.assign(written, {
    isTTY: columns !== undefined,
    columns: columns ?? 80,
  }) as unknown as NodeJS.WriteStream;
  const counts = liveCounts(new RunTally());
  const show = stream.isTTY ? showBar : showLines;
  const end = show({
    counts,
    total: () => undefined,
    inputBytes: 0,
    stream,
    now: () => performance.now(),
    ...options,
  });
  onTestFinished(end);
  return {
    counts,
    stream,
    text: () => text,
    lines: () =>
      stripVTControlCharacters(text.replaceAll(TO_LINE_START, '\n'))
        .split(/[\r\n]+/)
        .filter((line) => line !== ''),
    pass: (ms) => void vi.advanceTimersByTime(ms),
    end,
  };
}

describe('in a log', () => {
  it('a line comes every ten seconds', () => {
    const { counts, lines, pass } = shown({ total: () => 400 });

    pass(9_999);
    expect(lines()).toEqual([]);
    counts.tally.succeeded = 99;
    counts.tally.failed = 1;
    counts.retrying = 2;
    counts.inFlight = () => 10;
    pass(1);

    expect(lines()).toEqual([
      'batchai: 100/400 rows 25%, 10/s, 1 failed, 2 retries, 10 in flight, 30 s left',
    ]);
    pass(30_000);
    expect(lines()).toHaveLength(4);
  });

  it('one is one row and one retry', () => {
    const { counts, lines, pass } = shown({ total: () => 1 });
    counts.retrying = 1;

    pass(10_000);

    expect(lines()).toEqual(['batchai: 0/1 row 0%, 0/s, 1 retry, 0 in flight']);
  });

  it('a line keeps silent about what is not known', () => {
    const { counts, lines, pass } = shown({});
    counts.tally.succeeded = 5;

    pass(10_000);

    expect(lines()).toEqual(['batchai: 5 rows, 0.5/s, 0 in flight']);
  });

  it('the share is that of the bytes until the rows are counted, and never more than all', () => {
    let total: number | undefined;
    const { counts, lines, pass } = shown({ inputBytes: 1_000, total: () => total });
    counts.bytesDone = () => 500;
    pass(10_000);
    counts.bytesDone = () => 1_100;
    pass(10_000);
    total = 0;
    pass(10_000);

    expect(lines().map((line) => /\d+%/.exec(line)?.[0])).toEqual(['50%', '100%', '100%']);
  });

  it('the time left is reckoned from the last minute', () => {
    const { counts, lines, pass } = shown({ total: () => 10_000 });
    counts.tally.succeeded = 5_000;
    pass(10_000);
    for (let seconds = 0; seconds < 100; seconds += 10) {
      counts.tally.succeeded += 10;
      pass(10_000);
    }

    expect(lines().at(-1)).toContain(', 1/s,');
    expect(lines().at(-1)).toContain('1 h 21 min left');
  });

  it('no time is left where more rows came than were counted', () => {
    const { counts, lines, pass } = shown({ total: () => 10 });
    counts.tally.succeeded = 20;

    pass(10_000);

    expect(lines()[0]).toMatch(/^batchai: 20\/10 rows 100%, .*, 0 s left$/);
  });

  it('nothing comes after the end', () => {
    const { lines, pass, end } = shown({});

    end();
    pass(60_000);

    expect(lines()).toEqual([]);
  });
});

describe('why a run is slow', () => {
  const PACE = { concurrency: 10, rate: { calls: 100, perMs: 60_000 } } as const;

  it.each([
    ['a limit holds calls back', { forLimit: 4 }, 'waiting for the limit'],
    [
      'the service asks for a pause',
      { pausedForMs: 11_200, askedForMs: 11_200, forLimit: 4 },
      'the service asked to wait 12 s',
    ],
    [
      'it asks for a long one',
      { pausedForMs: 125_000, askedForMs: 125_000 },
      'the service asked to wait 2 min 05 s',
    ],
    ['the service names no time', { pausedForMs: 11_200, askedForMs: 0 }, 'paused: next try in 12 s'],
    ['a pause is over soon', { pausedForMs: 999, forLimit: 4 }, 'waiting for the limit'],
    [
      'its rate limit holds calls back, which may be raised',
      { forLimit: 4, pace: { ...PACE, usual: ['rate'] }, rows: 17 },
      'at the limit of 100 a minute (default): raise with --rate-limit',
    ],
    [
      'another limit than its rate limit holds calls back',
      { forLimit: 4, pace: PACE, rows: 9 },
      'waiting for the limit',
    ],
    ['all calls are in flight', { inFlight: 10, pace: PACE }, 'all 10 calls busy: try -c 20'],
    ['fewer are, since no more rows are left', { inFlight: 9, pace: PACE }, '9 in flight'],
    [
      'as many are in flight as it takes',
      { inFlight: 10, pace: { ...PACE, concurrency: 'auto' } },
      '10 in flight',
    ],
    ['rows wait, and nothing else is to do', { inBackoff: 3, inFlight: 1 }, '3 rows wait for another try'],
    ['one row waits', { inBackoff: 1 }, '1 row waits for another try'],
    ['rows wait while others are in flight', { inBackoff: 3, inFlight: 50 }, undefined],
    ['a row keeps others from being written', { inFlight: 1, slowRow: true }, 'waiting for a slow row'],
    [
      'rows wait for a try, one of them the slow one',
      { inBackoff: 2, slowRow: true },
      '2 rows wait for another try',
    ],
    ['nobody works on the queue', { workers: 0 }, 'no worker yet'],
    ['nothing holds it up', { workers: 2, inFlight: 50 }, undefined],
  ] as const)('%s', (_why, holdup, words) => {
    const { inFlight, slowRow, workers, pace, rows, ...holdups } = {
      pace: undefined,
      rows: 0,
      inFlight: 0,
      slowRow: false,
      workers: undefined,
      forLimit: 0,
      pausedForMs: 0,
      inBackoff: 0,
      ...holdup,
    };
    const { counts, lines, pass } = shown({});
    counts.inFlight = () => inFlight;
    counts.holdups = () => holdups;
    counts.waitsForSlowRow = () => slowRow;
    counts.pace = pace;
    if (workers !== undefined) counts.workers = () => workers;
    counts.tally.succeeded = rows;

    pass(10_000);

    const [line = ''] = lines();
    if (words === undefined) expect(line).not.toMatch(/wait|no worker/);
    else expect(line.split(', ')).toContain(words);
  });
});

describe('batches that are out', () => {
  it('are shown in place of calls, with the words of their service', () => {
    const { counts, lines, pass } = shown({});
    counts.waitsForSlowRow = () => true;
    counts.batches = () => ({
      words: new Map([
        ['in_progress', 2],
        ['validating', 1],
      ]),
      ...{ rows: 3_000, done: 1_200, ageMs: 7_200_000, expiresInMs: 79_200_000 },
    });

    pass(10_000);

    const [line = ''] = lines();
    expect(line).toContain(
      '3 batches out (2 in_progress, 1 validating), 1,200/3,000 of them done, for 2 h 00 min, 22 h 00 min to expiry',
    );
    expect(line).not.toMatch(/in flight|slow row/);
  });
});

describe('what was spent', () => {
  it.each([
    ['a budget of money', { costUnit: 'USD', budget: { maxCost: 5 }, cost: 1.234 }, '$1.23 of $5.00'],
    ['a budget of calls', { budget: { maxCalls: 5_000 }, calls: 4_100 }, '4,100 of 5,000 calls'],
    ['no budget', { costUnit: 'credits', cost: 1_234.5 }, '1,235 credits'],
    ['not a cent yet', { costUnit: 'EUR', cost: 0.0123 }, '€0.012'],
    ['nothing yet', { costUnit: 'EUR' }, undefined],
    ['no prices', { cost: 0 }, undefined],
  ] as const)('%s', (_what, given, words) => {
    const { costUnit, budget, cost, calls } = {
      costUnit: undefined,
      budget: {},
      cost: 0,
      calls: 0,
      ...given,
    };
    const { counts, lines, pass } = shown({});
    counts.costUnit = costUnit;
    counts.budget = budget;
    counts.tally.spending.cost = cost;
    counts.tally.calls = calls;

    pass(10_000);

    const facts = lines()[0] ?? '';
    if (words === undefined) expect(facts).toBe('batchai: 0 rows, 0/s, 0 in flight');
    else expect(facts).toBe(`batchai: 0 rows, 0/s, 0 in flight, ${words}`);
  });
});

describe('on a terminal', () => {
  const BUSY = 12_345_678;

  it.each([40, 60, 80, 120])('every line fits into %d columns, however much there is to say', (columns) => {
    const { counts, lines, pass } = shown({ columns, total: () => BUSY });
    counts.inFlight = () => 1_000;
    for (let at = 0; at < 10; at++) {
      counts.tally.succeeded += 1_234_567;
      counts.tally.failed += 1_234;
      counts.retrying += 12_345;
      pass(1_000);
    }

    expect(lines().length).toBeGreaterThan(5);
    for (const line of lines()) expect(line.length).toBeLessThan(columns);
  });

  /** A run that is half done, ten seconds after its start. */
  function halfDone(columns: number) {
    const run = shown({ columns, total: () => 10_000 });
    run.counts.inFlight = () => 50;
    run.counts.tally.succeeded = 4_990;
    run.counts.tally.failed = 10;
    run.counts.retrying = 17;
    const last = () => {
      run.pass(10_000);
      return run.lines().at(-1);
    };
    return { ...run, last };
  }

  it('80 columns hold what matters most, and why it is slow', () => {
    const { counts, last } = halfDone(80);

    expect(last()).toBe('████░░░░ │  5,000/10,000  50% │    500/s │ 10 failed │ 10 s in │ 10 s left');
    counts.holdups = () => ({ forLimit: 3, pausedForMs: 0, inBackoff: 0 });
    expect(last()).toBe(' 5,000/10,000  50% │    250/s │ 10 failed │ 20 s left │ waiting for the limit');
  });

  it('a cost at a guessed price has a mark', () => {
    const { counts, last } = halfDone(120);
    counts.costUnit = 'USD';
    counts.costIsGuess = true;
    counts.tally.spending.cost = 1.234;

    expect(last()).toContain(' │ ~$1.23 │ ');
  });

  it('120 columns hold the cost too', () => {
    const { counts, last } = halfDone(120);
    counts.costUnit = 'USD';
    counts.budget = { maxCost: 5 };
    counts.tally.spending.cost = 1.2345;

    expect(last()).toBe(
      '████░░░░ │  5,000/10,000  50% │    500/s │ 10 failed │ 17 retries │ 50 in flight │ $1.23 of $5.00 │ 10 s in │ 10 s left',
    );
    counts.waitsForSlowRow = () => true;
    expect(last()).toBe(
      '████░░░░ │  5,000/10,000  50% │    250/s │ 10 failed │ $1.23 of $5.00 │ 20 s in │ 20 s left │ waiting for a slow row',
    );
  });

  it('wide ones hold what all will cost', () => {
    const { counts, last } = halfDone(170);
    counts.costUnit = 'USD';
    counts.budget = { maxCost: 5 };
    counts.tally.spending.cost = 1.2345;

    expect(last()).toMatch(/ \$1\.23 of \$5\.00 │ about \$2\.50 for all │ 10 s so far │ 10 s left$/);
  });

  it.each([20, 40, 60, 80, 120])('%d columns are never passed, and no fact is cut', (columns) => {
    const { counts, last } = halfDone(columns);
    counts.holdups = () => ({ forLimit: 0, pausedForMs: 11_200, askedForMs: 11_200, inBackoff: 0 });

    const line = last() ?? '';
    const facts = line.split('│').map((fact) => fact.trim());

    expect(line.length).toBeLessThan(columns);
    expect(facts).toContain('5,000/10,000  50%');
    if (columns >= 60) expect(facts).toContain('the service asked to wait 12 s');
    for (const fact of facts)
      expect(fact).toMatch(/^[█░]+$|%$|\/s$|failed$|retries$|flight$|left$|so far$|in$|12 s$/);
  });

  it('a code page of 1981 has all of its characters', () => {
    const { counts, last } = halfDone(40);
    counts.holdups = () => ({ forLimit: 3, pausedForMs: 0, inBackoff: 0 });

    expect(last()?.replaceAll(/[█░│]/g, '')).toMatch(/^[ -~]+$/);
  });

  it('the bar fills as rows are done', () => {
    const { counts, lines, pass } = shown({ columns: 120, total: () => 100 });
    const cells = () => lines().at(-1)?.replaceAll(/[^█░]/g, '');
    pass(1_000);
    expect(cells()).toBe('░'.repeat(16));

    counts.tally.succeeded = 50;
    pass(1_000);
    expect(cells()).toBe('█'.repeat(8) + '░'.repeat(8));
    counts.tally.succeeded = 100;
    pass(1_000);
    expect(cells()).toBe('█'.repeat(16));
  });

  it('a note in between stays, and the bar goes on below it', () => {
    const { stream, text, pass, end } = shown({ columns: 80 });
    pass(250);

    // As src/cli/say.ts writes it.
    stream.write('\r\u001b[Kbatchai: a note\n');
    pass(250);
    end();

    // Saved places of the cursor, and lines that end where the screen does.
    for (const order of ['\u001b7', '\u001b8', '\u001b[?7l']) expect(text()).not.toContain(order);
    const [before = '', after = ''] = text().split('batchai: a note\n');
    expect(before).toContain('in flight');
    expect(after).toContain('in flight');
    expect(after.endsWith('\u001b[?25h\u001b[1G\u001b[J')).toBe(true);
  });

  it('stands still while figures grow and shrink', () => {
    const { counts, lines, pass } = shown({ columns: 120, total: () => 1_000 });
    const inFlight = [50, 7, 12, 50];
    counts.inFlight = () => inFlight.shift() ?? 3;
    for (let second = 0; second < 50; second++) {
      counts.tally.succeeded += second === 7 ? 90 : 9;
      pass(1_000);
    }

    const places = lines()
      .filter((line) => line.includes(' left'))
      .map((line) => [...line].flatMap((character, at) => (character === '│' ? at : [])).join());
    expect(places.length).toBeGreaterThan(100);
    // The speed, the time so far and the time that is left get another digit each at some time.
    expect(new Set(places).size).toBeLessThanOrEqual(4);
  });

  it('is drawn again at once in a window of another size, over all lines that it took there', () => {
    const { stream, text, pass } = shown({ columns: 120, total: () => 100 });
    pass(1_000);
    const before = text().length;
    // The cursor is where the line begins, wherever the window breaks it now.
    expect(text().endsWith(TO_LINE_START)).toBe(true);

    Object.assign(stream, { columns: 40 });
    stream.emit('resize');

    const drawn = text().slice(before);
    expect(drawn.startsWith(TO_LINE_START)).toBe(true);
    expect(drawn.endsWith(`\u001b[J${TO_LINE_START}`)).toBe(true);
    expect(stripVTControlCharacters(drawn).length).toBeLessThan(40);
  });

  it('counts what workers have done of batches that are not complete', () => {
    const { counts, lines, pass } = shown({ columns: 120, total: () => 100 });
    counts.tally.succeeded = 50;
    counts.elsewhere = () => 7;

    pass(1_000);

    expect(lines().at(-1)).toContain(' 57/100 rows  57% ');
  });

  it('an input that has grown does not break the bar', () => {
    const { counts, lines, pass } = shown({ columns: 80, inputBytes: 100 });
    counts.bytesDone = () => 1_000;

    pass(1_000);

    expect(lines().at(-1)).toContain('100%');
  });
});
