/** An expected value and its 95 % interval. */
export interface Interval {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

/** One row of a sample: what is known of every row, and what was measured on this one. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** With fewer points, a fitted line follows chance more than the rows. */
const ENOUGH_FOR_A_LINE = 8;

/**
 * The sum of y over so many rows, of which x is known on average: by the line through the points where that is nearer
 * to them, else by their mean. The interval is one of prediction, with Student's t: the answers of a run differ from
 * those of the sample, too. (A bootstrap of 20 rows was no better: it comes out too narrow.)
 *
 * Undefined where there is nothing to go by: fewer than two points for more than one row.
 */
export function sumOver(points: readonly Point[], rows: number, meanX: number): Interval | undefined {
  if (rows === 0) return { expected: 0, low: 0, high: 0 };
  const byMean = byMeanOf(points, rows);
  if (byMean === undefined) return undefined;
  const byLine = lineThrough(points, rows, meanX);
  const { y, error } = byLine !== undefined && byLine.error < byMean.error ? byLine : byMean;
  const expected = Math.max(0, y);
  return {
    expected: rows * expected,
    low: rows * Math.max(0, y - error),
    high: rows * Math.max(expected, y + error),
  };
}

/** The y of a row on average, and how far it may be off. */
interface Prediction {
  readonly y: number;
  readonly error: number;
}

function byMeanOf(points: readonly Point[], rows: number): Prediction | undefined {
  const n = points.length;
  const y = average(points.map((point) => point.y));
  if (n < 2) return n === 1 && rows === 1 ? { y, error: 0 } : undefined;
  const squares = points.reduce((sum, point) => sum + (point.y - y) ** 2, 0);
  return { y, error: studentsT(n - 1) * Math.sqrt((squares / (n - 1)) * (1 / n + 1 / rows)) };
}

function lineThrough(points: readonly Point[], rows: number, meanX: number): Prediction | undefined {
  const n = points.length;
  const x = average(points.map((point) => point.x));
  const y = average(points.map((point) => point.y));
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  if (n < ENOUGH_FOR_A_LINE || spread === 0) return undefined;
  const slope = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
  const squares = points.reduce((sum, point) => sum + (point.y - y - slope * (point.x - x)) ** 2, 0);
  const leverage = 1 / n + 1 / rows + (meanX - x) ** 2 / spread;
  return {
    y: y + slope * (meanX - x),
    error: studentsT(n - 2) * Math.sqrt((squares / (n - 2)) * leverage),
  };
}

/** Mean of a population, estimated from a sample; a sample of one has no interval. */
export function meanOf(values: readonly number[]): Interval | undefined {
  if (values.length === 0) return undefined;
  const points = values.map((y) => ({ x: 0, y }));
  const { y: expected, error } = byMeanOf(points, Number.POSITIVE_INFINITY) ?? {
    y: average(values),
    error: 0,
  };
  return { expected, low: Math.max(0, expected - error), high: expected + error };
}

/** The share of rows to which something happened, with Wilson's interval: it holds for few rows, and for none. */
export function shareOf(happened: number, rows: number): Interval | undefined {
  if (rows === 0) return undefined;
  const expected = happened / rows;
  const squared = NORMAL ** 2;
  const middle = (expected + squared / (2 * rows)) / (1 + squared / rows);
  const half =
    (NORMAL * Math.sqrt((expected * (1 - expected)) / rows + squared / (4 * rows ** 2))) /
    (1 + squared / rows);
  return { expected, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** 97.5 % of the normal distribution lie below it. */
const NORMAL = 1.959964;

/** The same of Student's t with 1, 2, … degrees of freedom. */
const STUDENT = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/** Beyond the table, by its expansion for many degrees of freedom (Abramowitz and Stegun, 26.7.5). */
export function studentsT(degrees: number): number {
  const known = STUDENT[degrees - 1];
  if (known !== undefined) return known;
  const z = NORMAL;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
