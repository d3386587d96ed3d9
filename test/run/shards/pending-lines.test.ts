import { expect, it } from 'vitest';
import { PendingLines } from '../../../src/run/shards/pending-lines.js';

it('lines that wait are given out by file, in their order', () => {
  const pending = new PendingLines(1_000);
  for (const [file, line] of [
    [1, 'a'],
    [1, 'ä'],
    [2, 'b'],
    [1, 'c'],
  ] as const) {
    expect(pending.add(file, line)).toBe(true);
  }

  expect(texts(pending)).toEqual({ 1: 'a\nä\nc\n', 2: 'b\n' });
  expect(texts(pending)).toEqual({});
});

it('a line that there is no room for waits until the others are written, and is taken then, however long', () => {
  const pending = new PendingLines(100);
  const long = '𝄞'.repeat(100);
  pending.add(1, 'a');

  expect(pending.add(1, long)).toBe(false);
  expect(texts(pending)).toEqual({ 1: 'a\n' });
  expect(pending.add(1, long)).toBe(true);
  expect(texts(pending)).toEqual({ 1: `${long}\n` });
});

function texts(pending: PendingLines): Record<number, string> {
  return Object.fromEntries(
    [...pending.take()].map(([file, pieces]) => [file, Buffer.concat(pieces).toString('utf8')]),
  );
}
