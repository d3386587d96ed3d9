import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, pauseMs } from '../../../src/limits/retry/backoff.js';

describe('the backoff of a row', () => {
  it.each([
    [1, 2_000],
    [2, 4_000],
    [3, 8_000],
    [5, 32_000],
    [6, 60_000],
    [5_000, 60_000],
  ])('after failure %d is at most %d ms', (failures, most) => {
    expect(backoffMs(failures, () => 1)).toBe(most);
  });

  it('is anything from nothing up', () => {
    expect(backoffMs(4, () => 0)).toBe(0);
    expect(backoffMs(4, () => 0.25)).toBe(4_000);
  });
});

describe('the pause of everybody', () => {
  it('is between half and all of its round', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (round, chance) => {
          const longest = Math.min(60_000, 2_000 * 2 ** (round - 1));

          const pause = pauseMs(round, undefined, () => chance);

          expect(pause).toBeGreaterThanOrEqual(longest / 2);
          expect(pause).toBeLessThanOrEqual(longest);
        },
      ),
    );
  });

  it('is what the service asks for, in any round', () => {
    expect(pauseMs(1, 12_345, Math.random)).toBe(12_345);
    expect(pauseMs(9, 1_000, Math.random)).toBe(1_000);
  });

  it('is less than a second only once', () => {
    expect(pauseMs(1, 5, () => 1)).toBe(5);
    expect(pauseMs(2, 5, () => 1)).toBe(4_000);
  });
});
