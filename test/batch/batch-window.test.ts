import { describe, expect, it } from 'vitest';
import { BatchWindow } from '../../src/batch/batch-window.js';
import { abandoned, answered, batchOf, numbersOf } from './some-rows.js';

const answers = (first: number, last: number, answer?: string) =>
  batchOf(first, last).rows.map((row) => answered(row, answer));

describe('the window of batches', () => {
  it('gives batches out in the order in which they entered, once each', () => {
    const window = new BatchWindow({ rows: 100, bytes: 10_000 });
    const entries = [batchOf(1, 2), batchOf(3, 4), batchOf(5, 6)].map((batch) => window.enter(batch));

    for (const [index, entry] of [...entries.entries()].reverse()) {
      expect(window.leave()).toBeUndefined();
      window.settle(entry, answers(2 * index + 1, 2 * index + 2));
    }

    const left = [window.leave(), window.leave(), window.leave(), window.leave()];
    expect(left.map((completed) => completed && numbersOf(completed.results))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      undefined,
    ]);
    expect(window.isEmpty).toBe(true);
  });

  it('has room until it holds its rows, and again when some have left', () => {
    const window = new BatchWindow({ rows: 4, bytes: 10_000 });
    const first = window.enter(batchOf(1, 2));
    expect(window.hasRoom).toBe(true);
    window.enter(batchOf(3, 4));
    expect(window.hasRoom).toBe(false);

    window.settle(first, answers(1, 2));
    expect(window.hasRoom).toBe(false);
    window.leave();
    expect(window.hasRoom).toBe(true);
  });

  it('counts the bytes of rows and of answers, and lets them all go', () => {
    const window = new BatchWindow({ rows: 100, bytes: 100 });
    const first = window.enter(batchOf(1, 2));
    const second = window.enter(batchOf(3, 4));
    expect(window.hasRoom).toBe(true);

    window.settle(second, answers(3, 4, 'x'.repeat(30)));
    expect(window.hasRoom).toBe(false);
    window.settle(first, answers(1, 2, ''));
    window.leave();
    window.leave();
    window.enter(batchOf(5, 13));
    expect(window.hasRoom).toBe(true);
    window.enter(batchOf(14, 14));
    expect(window.hasRoom).toBe(false);
  });

  it('has room for any batch while it is empty', () => {
    expect(new BatchWindow({ rows: 0, bytes: 0 }).hasRoom).toBe(true);
  });

  it('keeps a batch with abandoned rows, and all behind it', () => {
    const window = new BatchWindow({ rows: 100, bytes: 10_000 });
    const [first, second, third] = [batchOf(1, 2), batchOf(3, 4), batchOf(5, 6)].map((batch) =>
      window.enter(batch),
    );
    if (!first || !second || !third) throw new Error('wanted three entries');
    window.settle(second, batchOf(3, 4).rows.map(abandoned));
    window.settle(third, answers(5, 6));
    expect(window.isBlocked).toBe(false);

    window.settle(first, answers(1, 2));

    expect(window.leave()?.batch.end.row).toBe(2);
    expect(window.leave()).toBeUndefined();
    expect(window.isBlocked).toBe(true);
    expect(window.isSettled).toBe(true);
    expect(window.isEmpty).toBe(false);
  });
});
