import { describe, expect, it } from 'vitest';
import { exceedsAllowance } from '../../../src/run/control/stop-rules.js';

describe('a number of rows', () => {
  it.each([
    [0, 0, false],
    [0, 1, true],
    [5, 5, false],
    [5, 6, true],
  ])('of %i, with %i failed: %s', (rows, failed, exceeded) => {
    expect(exceedsAllowance({ rows }, failed, { succeeded: 1_000, failed }, undefined)).toBe(exceeded);
  });
});

describe('a share', () => {
  it('is of the rows that are done', () => {
    expect(exceedsAllowance({ share: 0.05 }, 10, { succeeded: 190, failed: 10 }, undefined)).toBe(false);
    expect(exceedsAllowance({ share: 0.05 }, 11, { succeeded: 189, failed: 11 }, undefined)).toBe(true);
  });

  it('is not judged on the first few rows', () => {
    expect(exceedsAllowance({ share: 0.1 }, 5, { succeeded: 0, failed: 5 }, undefined)).toBe(false);
    expect(exceedsAllowance({ share: 0.1 }, 6, { succeeded: 0, failed: 6 }, undefined)).toBe(true);
  });

  it('is of all rows where there are fewer than that', () => {
    expect(exceedsAllowance({ share: 0.5 }, 3, { succeeded: 0, failed: 3 }, 6)).toBe(false);
    expect(exceedsAllowance({ share: 0.5 }, 4, { succeeded: 0, failed: 4 }, 6)).toBe(true);
  });

  it('of nothing allows nothing', () => {
    expect(exceedsAllowance({ share: 0 }, 1, { succeeded: 999, failed: 1 }, undefined)).toBe(true);
    expect(exceedsAllowance({ share: 0 }, 0, { succeeded: 999, failed: 0 }, undefined)).toBe(false);
  });

  it('of everything stops nothing', () => {
    expect(exceedsAllowance({ share: 1 }, 400, { succeeded: 0, failed: 400 }, undefined)).toBe(false);
  });

  it('gives a resumed run a fresh allowance', () => {
    // 30 of 100 rows failed before the interruption.
    expect(exceedsAllowance({ share: 0.1 }, 2, { succeeded: 75, failed: 32 }, undefined)).toBe(false);
  });
});
