import { describe, expect, it } from 'vitest';
import { EstimateRecord } from '../../../src/limits/tokens/estimate-record.js';

const estimate = { input: 600, output: 400, deviation: 300 };
const took = (tokens: number) => ({ input: tokens / 2, output: tokens / 2 });

function recordOf(...taken: number[]): EstimateRecord {
  const record = new EstimateRecord();
  for (const tokens of taken) record.measured(estimate, took(tokens));
  return record;
}

describe('a record of estimates', () => {
  it('knows nothing before five calls have ended, measured or not', () => {
    const record = recordOf(1_000, 1_000, 1_000, 1_000);

    expect(record.isTried).toBe(false);
    record.ended();
    expect(record.isTried).toBe(true);
  });

  it('puts right what is too low', () => {
    const record = recordOf(...Array(50).fill(3_000));

    expect(record.bias).toBeGreaterThanOrEqual(3);
    expect(record.bias).toBeLessThan(3.3);
  });

  it('takes what the deviation explains for chance', () => {
    const record = recordOf(1_300, 700, 1_400, 900, 1_200);

    expect(record.bias).toBe(1);
  });

  it('does not trust calls that took less', () => {
    const record = recordOf(...Array(50).fill(300));

    expect(record.bias).toBe(1);
  });

  it('leaves room for three deviations of all calls together', () => {
    const record = recordOf(1_300, 700, 1_300, 700, 1_300);

    expect(record.headroom(9 * 300, 9 * 300 ** 2)).toBe(3 * 3 * 300);
  });

  it('leaves less room for one call when none was far off for long', () => {
    const record = recordOf(...Array.from({ length: 300 }, (_, n) => (n % 2 === 0 ? 1_300 : 700)));

    expect(record.headroom(300, 300 ** 2)).toBeCloseTo(1.2 * 300);
  });

  it('leaves more room for one call when one was very far off lately', () => {
    const record = recordOf(...Array.from({ length: 200 }, (_, n) => (n === 150 ? 3_100 : 1_000)));

    expect(record.headroom(300, 300 ** 2)).toBeCloseTo(1.2 * 7 * 300);
  });

  it('forgets how far off a call was beyond a deviation that was stated too small for once', () => {
    const record = recordOf(...Array(100).fill(1_000));

    record.measured({ ...estimate, deviation: 60 }, took(1_600));

    expect(record.headroom(300, 300 ** 2)).toBeLessThan(3.1 * 300);
  });

  it('leaves more room when the deviations that are stated are too small', () => {
    const record = recordOf(...Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? 1_900 : 100)));

    expect(record.headroom(25 * 300, 25 * 300 ** 2)).toBeCloseTo(3 * 3 * 5 * 300, -2);
  });
});
