import { describe, expect, it } from 'vitest';
import type { CallErrorKind } from '../../src/fabric/call-error.js';
import type { FinishedResult } from '../../src/fabric/row-result.js';
import { RunTally } from '../../src/monitor/run-tally.js';
import type { CellRow, JsonObject } from '../../src/rows/row.js';

const aRow = (number: number): CellRow => ({ kind: 'cells', number, cells: [], text: '' });

function answered(number: number, calls = 1, latencyMs = 100): FinishedResult {
  return { status: 'answered', row: aRow(number), answer: 'x', calls, latencyMs };
}

function failed(
  number: number,
  kind: CallErrorKind = 'server',
  calls = 3,
  message: string = kind,
): FinishedResult {
  const failure = { kind, message, attempts: calls, failedAt: '2024-01-02T03:04:05.000Z' };
  return { status: 'failed', row: aRow(number), failure, calls };
}

const figures = ({ succeeded, failed, calls, retries }: RunTally) => ({ succeeded, failed, calls, retries });

describe('a tally', () => {
  it('counts rows, calls, and all calls but the first as retries', () => {
    const tally = new RunTally();

    for (const result of [answered(1), answered(2, 4), failed(3), answered(4, 0)]) tally.add(result);
    tally.addCalls(2);

    expect(figures(tally)).toEqual({ succeeded: 3, failed: 1, calls: 10, retries: 6 });
  });

  it('takes latencies of answers only', () => {
    const tally = new RunTally();

    tally.add(answered(1, 1, 100));
    tally.add(failed(2));

    expect(tally.latency.summary()).toMatchObject({ mean: 100 });
    expect(tally.latency.snapshot().count).toBe(1);
  });

  it('counts failures by kind, with the first five rows of each', () => {
    const tally = new RunTally();

    for (let row = 1; row <= 7; row++) tally.add(failed(row, 'timeout'));
    tally.add(failed(8, 'refused'));
    tally.addUnreadable({ number: 9, line: 10, problem: 'torn', raw: '' });

    expect(tally.failures).toEqual({
      timeout: { count: 7, rows: [1, 2, 3, 4, 5], message: 'timeout' },
      refused: { count: 1, rows: [8], message: 'refused' },
      unreadable: { count: 1, rows: [9], message: 'torn' },
    });
    expect(tally.failed).toBe(9);
  });

  it('keeps the message of the first row of each kind, cut to 200 characters', () => {
    const tally = new RunTally();

    for (const [row, message] of [
      [4, 'é'.repeat(300)],
      [5, 'another'],
    ] as const)
      tally.add(failed(row, 'bad-request', 1, message));

    expect(tally.failures['bad-request']).toEqual({
      count: 2,
      rows: [4, 5],
      message: `${'é'.repeat(199)}…`,
    });
  });

  it('goes on from the snapshot of an older version, which has no messages', () => {
    const old = new RunTally();
    old.add(failed(1));
    const { failures, ...counts } = old.snapshot();
    expect(failures).toEqual({ server: { count: 1, rows: [1], message: 'server' } });

    const tally = new RunTally({ ...counts, failures: { server: { count: 1, rows: [1] } } });
    tally.add(failed(2, 'server', 1, 'of row 2'));
    tally.add(failed(3, 'timeout', 1, 'of row 3'));

    // What row 1 failed of is not known: another row's message would be no truth about it.
    expect(tally.failures).toEqual({
      server: { count: 2, rows: [1, 2] },
      timeout: { count: 1, rows: [3], message: 'of row 3' },
    });
  });

  it('names rows by the numbers that people know', () => {
    const tally = new RunTally(undefined, (row) => row.number + 100);

    tally.add(failed(1));

    expect(tally.failures).toEqual({ server: { count: 1, rows: [101], message: 'server' } });
  });

  it('counts on from its snapshot', () => {
    const results = [answered(1, 2, 10), failed(2), failed(3, 'timeout'), answered(4, 1, 1_000), failed(5)];
    const whole = new RunTally();
    for (const result of results) whole.add(result);

    for (let cut = 0; cut <= results.length; cut++) {
      const first = new RunTally();
      for (const result of results.slice(0, cut)) first.add(result);
      const second = new RunTally(JSON.parse(JSON.stringify(first.snapshot())) as JsonObject);
      for (const result of results.slice(cut)) second.add(result);

      expect(second.snapshot()).toEqual(whole.snapshot());
    }
  });

  it('gives snapshots that do not change when it counts on', () => {
    const tally = new RunTally();
    tally.add(failed(1));
    const snapshot = tally.snapshot();
    const before = structuredClone(snapshot);

    tally.add(failed(2));
    tally.add(answered(3));

    expect(snapshot).toEqual(before);
  });

  it('does not change the snapshot that it goes on from', () => {
    const first = new RunTally();
    first.add(failed(1));
    const snapshot = first.snapshot();
    const before = structuredClone(snapshot);

    new RunTally(snapshot).add(failed(2));

    expect(snapshot).toEqual(before);
  });

  it('counts a retry in: what it mended is answered, what it did not is a failure still', () => {
    const tally = new RunTally();
    for (const result of [answered(1), failed(2), failed(3, 'timeout'), failed(4)]) tally.add(result);
    const retried = new RunTally();
    for (const result of [answered(2, 1), failed(3, 'refused', 2)]) retried.add(result);

    tally.addRetry(retried);
    tally.addLeft(3, { kind: 'refused', message: 'refused again' });
    tally.addLeft(4, { kind: 'server', message: 'down' });

    expect(figures(tally)).toEqual({ succeeded: 2, failed: 2, calls: 13, retries: 9 });
    expect(tally.failures).toEqual({
      refused: { count: 1, rows: [3], message: 'refused again' },
      server: { count: 1, rows: [4], message: 'down' },
    });
    expect(tally.latency.snapshot().count).toBe(2);
  });
});
