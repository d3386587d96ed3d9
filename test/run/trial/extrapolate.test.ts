import { describe, expect, it } from 'vitest';
import { meanOf, type Point, shareOf, studentsT, sumOver } from '../../../src/run/trial/extrapolate.js';
import { seededRandom } from '../../support/seeded-random.js';

const pointsOf = (ys: readonly number[]): Point[] => ys.map((y) => ({ x: 1, y }));

describe('the sum over all rows', () => {
  it('is sure of what is always the same', () => {
    expect(sumOver(pointsOf([3, 3, 3]), 100, 1)).toEqual({ expected: 300, low: 300, high: 300 });
  });

  it('follows what is known of all rows, where that tells', () => {
    const points = [...Array(10).keys()].map((x) => ({ x, y: 5 + 2 * x }));

    const sum = sumOver(points, 100, 50);

    expect(sum?.expected).toBeCloseTo(100 * 105, 6);
    expect((sum?.high ?? 0) - (sum?.low ?? 0)).toBeLessThan(1e-3);
  });

  it('goes by the mean where what is known tells nothing', () => {
    const ys = [10, 12, 8, 11, 9, 10, 12, 8, 11, 9];
    const points = ys.map((y, index) => ({ x: index % 2, y }));

    expect(sumOver(points, 10, 100)?.expected).toBeCloseTo(100, 6);
  });

  it('is 0 of no rows, and not known by a single one', () => {
    expect(sumOver([], 0, 0)).toEqual({ expected: 0, low: 0, high: 0 });
    expect(sumOver(pointsOf([4]), 10, 1)).toBeUndefined();
    expect(sumOver([], 10, 1)).toBeUndefined();
  });

  it('is never below 0', () => {
    expect(sumOver(pointsOf([0, 0, 0, 9]), 100, 1)?.low).toBe(0);
  });

  it('lies in its interval in some 95 of 100 cases, with and without a line', () => {
    const random = seededRandom(7);
    const cases = 600;
    let within = 0;
    for (let nth = 0; nth < cases; nth++) {
      const slope = nth % 2;
      const rows = [...Array(200)].map(() => {
        const x = 10 * random();
        return { x, y: 20 + slope * x + 4 * (random() + random() + random()) };
      });
      const sum = sumOver(rows.slice(0, 20), 180, mean(rows.slice(20).map(({ x }) => x)));
      const truth = rows.slice(20).reduce((total, { y }) => total + y, 0);
      if (sum !== undefined && sum.low <= truth && truth <= sum.high) within++;
    }

    expect(within / cases).toBeGreaterThan(0.92);
    expect(within / cases).toBeLessThan(0.985);
  });
});

it('the mean has an interval from two values on', () => {
  expect(meanOf([])).toBeUndefined();
  expect(meanOf([5])).toEqual({ expected: 5, low: 5, high: 5 });
  const two = meanOf([4, 6]);
  expect(two?.expected).toBe(5);
  expect(two?.high).toBeCloseTo(5 + 12.7062, 3);
  expect(two?.low).toBe(0);
});

it("Student's t is as in the tables", () => {
  const known: readonly (readonly [number, number])[] = [
    [1, 12.706],
    [10, 2.228],
    [11, 2.201],
    [19, 2.093],
    [30, 2.042],
    [100, 1.984],
  ];

  for (const [degrees, t] of known) expect(studentsT(degrees)).toBeCloseTo(t, 3);
});

describe('a share', () => {
  it('of none among 20 may be a sixth all the same', () => {
    const share = shareOf(0, 20);

    expect(share?.expected).toBe(0);
    expect(share?.low).toBe(0);
    expect(share?.high).toBeCloseTo(0.161, 3);
  });

  it('of no rows is not known', () => {
    expect(shareOf(0, 0)).toBeUndefined();
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
