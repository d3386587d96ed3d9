import { describe, expect, it } from 'vitest';
import { SpreadSample } from '../../../src/run/trial/spread-sample.js';
import { seededRandom } from '../../support/seeded-random.js';

function sampleOf(items: number, wanted: number, seed = 1): number[] {
  const sample = new SpreadSample<number>(wanted, seededRandom(seed));
  for (let item = 0; item < items; item++) sample.add(item);
  return sample.items();
}

describe('a sample spread over a sequence', () => {
  it.each([
    [0, 5],
    [3, 5],
    [5, 5],
  ])('is all of %i items where %i are wanted', (items, wanted) => {
    expect(sampleOf(items, wanted)).toEqual([...Array(items).keys()]);
  });

  it.each([6, 19, 20, 21, 79, 80, 81, 1_000, 12_345])('has 5 of %i, in order and each once', (items) => {
    const sample = sampleOf(items, 5);

    expect(sample).toHaveLength(5);
    expect(sample).toEqual([...new Set(sample)].sort((a, b) => a - b));
  });

  it('leaves out no part of the sequence', () => {
    const sample = [...sampleOf(100_000, 20), 100_000];

    const gaps = sample.map((item, index) => item - (sample[index - 1] ?? 0));
    // Two strata of a twentieth each, and a bit more where the last stratum is not over.
    expect(Math.max(...gaps)).toBeLessThan(100_000 / 8);
  });

  it('takes each item as likely as any other, whatever comes round regularly', () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 1; seed <= 200; seed++) {
      for (const item of sampleOf(1_024, 16, seed)) counts[item % 4] = (counts[item % 4] ?? 0) + 1;
    }

    for (const count of counts) expect(count / (200 * 16)).toBeCloseTo(0.25, 1);
  });
});
