import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCount, formatDuration } from '../../src/monitor/wording.js';

test.each([
  [0, '0'],
  [0.25, '0.3'],
  [9.5, '9.5'],
  [9.96, '10'],
  [10.4, '10'],
  [999, '999'],
  [1_234, '1,234'],
  [12_345_678, '12,345,678'],
])('the count %d reads %s', (count, words) => {
  expect(formatCount(count)).toBe(words);
});

test.each([
  [850, '850 ms'],
  [999, '999 ms'],
  [999.6, '1.0 s'],
  [3_240, '3.2 s'],
  [9_960, '10 s'],
  [59_400, '59 s'],
  [59_700, '1 min 00 s'],
  [245_000, '4 min 05 s'],
  [3_599_600, '1 h 00 min'],
  [7_800_000, '2 h 10 min'],
  [100 * 3_600_000, '100 h 00 min'],
])('%d ms read %s', (ms, words) => {
  expect(formatDuration(ms)).toBe(words);
});

test('no part of a duration reaches the next unit', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
      for (const [, amount, unit] of formatDuration(ms).matchAll(/([\d.]+) (ms|s|min)/g)) {
        expect(Number(amount)).toBeLessThan(unit === 'ms' ? 1_000 : 60);
      }
    }),
  );
});
