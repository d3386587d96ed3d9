import fc from 'fast-check';
import { expect, it } from 'vitest';
import { counted, formatBytes, formatCost, formatCount, formatDuration } from '../../src/wording/wording.js';

it.each([
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

it.each([
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

it('no part of a duration reaches the next unit', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
      for (const [, amount, unit] of formatDuration(ms).matchAll(/([\d.]+) (ms|s|min)/g)) {
        expect(Number(amount)).toBeLessThan(unit === 'ms' ? 1_000 : 60);
      }
    }),
  );
});

it.each([
  [0, 'USD', '$0.00'],
  [0.0042, 'USD', '$0.0042'],
  [0.00421, 'USD', '$0.0042'],
  [0.0000123, 'USD', '$0.000012'],
  [0.0996, 'USD', '$0.10'],
  [0.5, 'USD', '$0.50'],
  [0.996, 'USD', '$1.00'],
  [12.3, 'USD', '$12.30'],
  [1_234.567, 'USD', '$1,234.57'],
  [3.1, 'EUR', '€3.10'],
  [310, 'JPY', '¥310'],
  [3.1, 'CHF', 'CHF 3.10'],
  [0, 'credits', '0 credits'],
  [0.0042, 'credits', '0.0042 credits'],
  [0.35, 'credits', '0.35 credits'],
  [1, 'credits', '1 credit'],
  [12.5, 'credits', '12.5 credits'],
  [99.999, 'credits', '100 credits'],
  [1_234.4, 'credits', '1,234 credits'],
])('the cost of %d %s reads %s', (amount, unit, words) => {
  expect(formatCost(amount, unit)).toBe(words);
});

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1 KB'],
  [3_440, '3.4 KB'],
  [999_499, '999 KB'],
  [999_500, '1 MB'],
  [120_000_000, '120 MB'],
  [2_500_000_000_000, '2.5 TB'],
  [5_000_000_000_000_000, '5,000 TB'],
])('%d bytes read %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

it.each([
  [0, '0 rows'],
  [1, '1 row'],
  [2, '2 rows'],
  [1_234, '1,234 rows'],
])('%d rows are counted as %s', (count, words) => {
  expect(counted(count, 'row')).toBe(words);
});
