import { describe, expect, it } from 'vitest';
import { historyIn } from '../../src/monitor/history/history-form.js';
import { Interval } from '../../src/monitor/history/interval.js';
import { type HistorySnapshot, RunHistory } from '../../src/monitor/run-history.js';
import { seededRandom } from '../support/seeded-random.js';
import { answeredRow, failedRow, inputsOf, newHistory, nightRun, productRow } from './some-history.js';

const asFile = (snapshot: HistorySnapshot) => historyIn(JSON.parse(JSON.stringify(snapshot)));
const intervalsOf = ({ series }: HistorySnapshot) => series.intervals.map(Interval.from);
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** A row every 100 ms from `fromMs` on, and a look at the run after each. */
function work(history: RunHistory, rows: number, { fromMs = 0, first = 1 } = {}): number {
  let nowMs = fromMs;
  for (let number = first; number < first + rows; number++) {
    nowMs += 100;
    history.add(answeredRow(number));
    history.sample(nowMs, 7);
  }
  return nowMs;
}

describe('a history over time', () => {
  it('has an interval a second', () => {
    const history = newHistory();

    const endMs = work(history, 35);

    const intervals = intervalsOf(history.snapshot(endMs));
    expect(intervals.map(({ ms, rows }) => [ms, rows])).toEqual([
      [1000, 10],
      [1000, 10],
      [1000, 10],
      [500, 5],
    ]);
  });

  it('knows of each what was done in it, and what was in flight', () => {
    const history = newHistory();

    history.add(answeredRow(1, { calls: 3, latencyMs: 20 }));
    history.sample(400, 4);
    history.add(failedRow(2, 'timeout'));
    history.add(answeredRow(3, { calls: 0, reused: 'cache', latencyMs: 0 }));
    history.sample(1_000, 8);

    const [interval] = intervalsOf(history.snapshot(1_000));
    expect(interval).toMatchObject({ answered: 2, reused: 1, failedRows: 1, rows: 3, retries: 4 });
    expect(interval).toMatchObject({ inFlightMean: 6, inFlightMax: 8, latencyMaxMs: 20 });
    expect(Object.fromEntries(interval?.failed ?? [])).toEqual({ timeout: 1 });
    expect(interval?.latency.snapshot().count).toBe(1);
  });

  it('merges neighbours and doubles their length when there are 500', () => {
    const history = newHistory();

    const endMs = work(history, 12_000);

    const { series } = history.snapshot(endMs);
    const lengths = series.intervals.map(({ figures }) => figures.ms);
    expect(series.widthMs).toBe(4_000);
    expect(new Set(lengths.slice(0, -1))).toEqual(new Set([4_000]));
    expect(sum(lengths.map((ms) => ms ?? 0))).toBe(1_200_000);
    expect(sum(intervalsOf(history.snapshot(endMs)).map(({ rows }) => rows))).toBe(12_000);
  });

  it('keeps percentiles right to 5 % through all merging', () => {
    const history = newHistory();
    for (let number = 1; number <= 20_000; number++) {
      history.add(answeredRow(number, { latencyMs: number / 10 }));
      history.sample(number * 1_000, 1);
    }

    const whole = new Interval();
    for (const interval of intervalsOf(history.snapshot(20_000_000))) whole.merge(interval);

    const { p50, p99, mean } = whole.latency.summary();
    expect(Math.abs(p50 / 1_000 - 1)).toBeLessThan(0.05);
    expect(Math.abs(p99 / 1_980 - 1)).toBeLessThan(0.05);
    expect(mean).toBeCloseTo(1_000, 0);
  });

  it('lasts as long as the work did, however often the run was interrupted', () => {
    let history = newHistory();
    for (let part = 0; part < 800; part++) {
      const startMs = part * 3_600_000;
      if (part > 0)
        history = new RunHistory(
          { nowMs: startMs, random: seededRandom(part), inputsOf },
          asFile(history.snapshot((part - 1) * 3_600_000 + 1_300)),
        );
      work(history, 13, { fromMs: startMs, first: part * 13 + 1 });
    }

    const { series } = history.snapshot(799 * 3_600_000 + 1_300);
    expect(sum(series.intervals.map(({ figures }) => figures.ms ?? 0))).toBe(800 * 1_300);
    expect(series.intervals.length).toBeLessThanOrEqual(500);
    expect(series.resumedAtMs).toHaveLength(50);
    expect(series.resumedAtMs.at(-1)).toBe(799 * 1_300);
  });
});

describe('a history goes on from a file', () => {
  it('with all that it had', () => {
    const whole = newHistory();
    const first = newHistory();
    for (const history of [whole, first]) work(history, 20);

    const second = new RunHistory(
      { nowMs: 90_000, random: seededRandom(7), inputsOf },
      asFile(first.snapshot(2_000)),
    );
    work(whole, 20, { fromMs: 2_000, first: 21 });
    work(second, 20, { fromMs: 90_000, first: 21 });

    const { series, samples: _samples, ...others } = second.snapshot(92_000);
    const expected = whole.snapshot(4_000);
    expect(others).toEqual({ version: 1, slowest: expected.slowest, failures: {} });
    expect(series).toEqual({ ...expected.series, resumedAtMs: [2_000] });
  });

  it('anew where it is none that this version knows', () => {
    const history = newHistory();
    work(history, 3);
    const snapshot = history.snapshot(300);
    const damaged = { ...snapshot, series: { ...snapshot.series, intervals: [null] } };

    expect(historyIn(snapshot)).toEqual(snapshot);
    for (const strange of [undefined, null, 'x', {}, { version: 99, series: 1 }, { version: 1 }, damaged])
      expect(historyIn(strange)).toBeUndefined();
  });

  it('and a snapshot does not change when more happens', () => {
    const history = newHistory();
    work(history, 3);
    const snapshot = history.snapshot(300);
    const before = structuredClone(snapshot);

    work(history, 30, { fromMs: 300, first: 4 });
    history.add(failedRow(40));

    expect(snapshot).toEqual(before);
  });
});

describe('of the rows, a history keeps', () => {
  it('the 20 slowest', () => {
    const history = newHistory();
    const random = seededRandom(3);
    const latencies = Array.from({ length: 500 }, () => Math.floor(random() * 10_000));
    for (const [index, latencyMs] of latencies.entries())
      history.add(answeredRow(index + 1, { latencyMs, calls: 2 }));

    const { slowest } = history.snapshot(0);

    expect(slowest.map(({ ms }) => ms)).toEqual([...latencies].sort((a, b) => b - a).slice(0, 20));
    for (const { row, ms, calls } of slowest) expect([latencies[row - 1], calls]).toEqual([ms, 2]);
  });

  it('12 at random, each row with the same chance', () => {
    const taken: number[] = [];
    for (let seed = 0; seed < 400; seed++) {
      const history = newHistory({ random: seededRandom(seed) });
      for (let number = 1; number <= 240; number++) history.add(answeredRow(number));
      taken.push(...history.snapshot(0).samples.rows.map(({ row }) => row));
    }

    expect(taken).toHaveLength(400 * 12);
    for (const tenth of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      // 480 expected; the standard deviation is about 20.
      const inTenth = taken.filter((row) => Math.floor((row - 1) / 24) === tenth).length;
      expect(Math.abs(inTenth - 480)).toBeLessThan(100);
    }
  });

  it('what was sent of them and what came back, cut where it is long', () => {
    const history = newHistory({ inputsOf: () => ({ text: 'ü'.repeat(5_000), n: 4, more: [1] }) });

    history.add(answeredRow(1, { answer: { label: 'x'.repeat(5_000) } }));
    history.add(answeredRow(2, { answer: `${'y'.repeat(1_998)}😀😀` }));

    const [first, second] = history.snapshot(0).samples.rows;
    expect(first?.inputs).toEqual([
      ['text', `${'ü'.repeat(1_999)}…`],
      ['…', ''],
    ]);
    expect(first?.answer).toHaveLength(2_000);
    expect(second?.answer).toBe(`${'y'.repeat(1_998)}…`);
  });

  it('the first five failures of each kind, with reason and inputs', () => {
    const history = newHistory();
    for (let number = 1; number <= 7; number++) history.add(failedRow(number, 'timeout'));
    history.add(failedRow(8, 'refused', 'm'.repeat(5_000)));

    const { failures } = history.snapshot(0);

    expect(failures.timeout?.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5]);
    expect(failures.timeout?.[0]).toMatchObject({
      message: 'it said timeout',
      inputs: Object.entries(inputsOf(productRow(1))),
    });
    expect(failures.refused?.[0]?.message).toHaveLength(400);
  });
});

it('tokens and cost are added up, also those of rows that failed', () => {
  const history = newHistory();
  const spent = { input: 100, output: 20, cached: 40, cost: 0.25, unpriced: 0 };

  history.add(answeredRow(1, { spent }));
  history.add(answeredRow(2, { spent: { ...spent, cost: 0, unpriced: 1 } }));
  history.add({ ...failedRow(3), spent });
  history.add(answeredRow(4));

  const { series } = history.snapshot(1_000);
  expect(series.intervals[0]?.figures).toMatchObject({ tokensIn: 300, tokensOut: 60, cost: 0.5 });
});

it('records that cannot be parsed are failures of a kind of their own', () => {
  const history = newHistory();

  history.addUnreadable({ number: 9, line: 12, problem: 'wanted 3 fields, got 2', raw: 'a,b' });

  const { series, failures } = history.snapshot(1_000);
  expect(series.intervals[0]?.failed).toEqual({ unreadable: 1 });
  expect(failures).toEqual({
    unreadable: [{ row: 9, message: 'wanted 3 fields, got 2', inputs: [['record', 'a,b']] }],
  });
});

it('the first call of each tier, and of a judge, is no retry', () => {
  const history = newHistory();
  const steps = [
    { by: 0, calls: 1 },
    { by: 'judge' as const, calls: 2 },
    { by: 1, calls: 1 },
  ];

  history.add(answeredRow(1, { calls: 4, tiers: { kept: 1, score: 0.9, steps } }));
  history.add(answeredRow(2, { calls: 0, reused: 'run', latencyMs: 0 }));

  expect(history.snapshot(1_000).series.intervals[0]?.figures).toMatchObject({ retries: 1 });
});

describe('a million rows', () => {
  it('leave a history no larger than a few intervals do', () => {
    const { history, elapsedMs } = nightRun(1_000_000);

    const text = JSON.stringify(history.snapshot(elapsedMs));

    expect(text.length).toBeLessThan(250_000);
    expect(JSON.parse(text).samples.seen).toBeGreaterThan(990_000);
  });

  it('of any latency, as many digits as a number has, stay below 500 KB', () => {
    const random = seededRandom(11);
    const history = newHistory({ random, inputsOf: () => ({ text: 'z'.repeat(9_000) }) });
    for (let number = 1; number <= 1_000_000; number++) {
      // From a microsecond to a minute, each magnitude as likely.
      const latencyMs = 0.001 * 6e7 ** random();
      history.add(answeredRow(number, { latencyMs, answer: 'a'.repeat(3_000) }));
      if (number % 400 === 0) history.sample(number / 2, 50);
    }

    expect(JSON.stringify(history.snapshot(500_000)).length).toBeLessThan(500_000);
  });
});
