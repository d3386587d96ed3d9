import type { FinishedResult } from '../../fabric/row-result.js';
import type { SampledRow } from './estimate.js';
import type { Point } from './extrapolate.js';

/** The result of a sampled row, with its prompt's tokens as counted before the call. */
export interface Outcome {
  readonly promptTokens: number;
  readonly result: FinishedResult;
}

export function outcomesOf(
  sampled: readonly SampledRow[],
  results: readonly FinishedResult[],
): readonly Outcome[] {
  const byRow = new Map(results.map((result) => [result.row.number, result]));
  return sampled.flatMap(({ row, promptTokens }) => {
    const result = byRow.get(row.number);
    return result === undefined ? [] : [{ promptTokens, result }];
  });
}

/** Something that was measured on a row, beside what was known of it. */
export function pointOf({ promptTokens }: Outcome, y: number): Point {
  return { x: promptTokens, y };
}
