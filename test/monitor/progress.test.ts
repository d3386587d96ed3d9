import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type LiveCounts, liveCounts } from '../../src/monitor/live-counts.js';
import { type ProgressOptions, showProgress } from '../../src/monitor/progress.js';
import { RunTally } from '../../src/monitor/run-tally.js';

/** Where the bar is drawn over the one before it. */
const TO_LINE_START = '\u001b[1G';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Shown {
  readonly counts: LiveCounts;
  /** What was written so far, a line each. */
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
  const end = showProgress({
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
    lines: () =>
      stripVTControlCharacters(text.replaceAll(TO_LINE_START, '\n'))
        .split(/[\r\n]+/)
        .filter((line) => line !== ''),
    pass: (ms) => void vi.advanceTimersByTime(ms),
    end,
  };
}

describe('in a log', () => {
  test('a line comes every ten seconds', () => {
    const { counts, lines, pass } = shown({ total: () => 400 });

    pass(9_999);
    expect(lines()).toEqual([]);
    counts.tally.succeeded = 99;
    counts.tally.failed = 1;
    counts.retrying = 2;
    counts.inAir = () => 10;
    pass(1);

    expect(lines()).toEqual([
      'batchai: 100/400 rows 25%, 10/s, 1 failed, 2 retries, 10 in the air, 30 s left',
    ]);
    pass(30_000);
    expect(lines()).toHaveLength(4);
  });

  test('a line keeps silent about what is not known', () => {
    const { counts, lines, pass } = shown({});
    counts.tally.succeeded = 5;

    pass(10_000);

    expect(lines()).toEqual(['batchai: 5 rows, 0.5/s, 0 in the air']);
  });

  test('the share is that of the bytes until the rows are counted, and never more than all', () => {
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

  test('the time left is reckoned from the last minute', () => {
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

  test('no time is left where more rows came than were counted', () => {
    const { counts, lines, pass } = shown({ total: () => 10 });
    counts.tally.succeeded = 20;

    pass(10_000);

    expect(lines()[0]).toMatch(/^batchai: 20\/10 rows 100%, .*, 0\.0 ms left$/);
  });

  test('nothing comes after the end', () => {
    const { lines, pass, end } = shown({});

    end();
    pass(60_000);

    expect(lines()).toEqual([]);
  });
});

describe('on a terminal', () => {
  const BUSY = 12_345_678;

  test.each([40, 60, 80, 120])('every line fits into %d columns, however much there is to say', (columns) => {
    const { counts, lines, pass } = shown({ columns, total: () => BUSY });
    counts.inAir = () => 1_000;
    for (let at = 0; at < 10; at++) {
      counts.tally.succeeded += 1_234_567;
      counts.tally.failed += 1_234;
      counts.retrying += 12_345;
      pass(1_000);
    }

    expect(lines().length).toBeGreaterThan(5);
    for (const line of lines()) expect(line.length).toBeLessThan(columns);
  });

  test('the bar fills as rows are done', () => {
    const { counts, lines, pass } = shown({ columns: 80, total: () => 100 });
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

  test('an input that has grown does not break the bar', () => {
    const { counts, lines, pass } = shown({ columns: 80, inputBytes: 100 });
    counts.bytesDone = () => 1_000;

    pass(1_000);

    expect(lines().at(-1)).toContain('100%');
  });
});
