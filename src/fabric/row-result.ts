import type { Row } from '../rows/row.js';
import type { CallErrorKind } from './call-error.js';
import type { Answer } from './fabric.js';

/** Why a row failed for good. */
export interface Failure {
  readonly kind: CallErrorKind;
  /** The HTTP status, where there was one. */
  readonly status?: number;
  readonly message: string;
  /** Calls that counted against `--attempts`. */
  readonly attempts: number;
  /** RFC 3339. */
  readonly failedAt: string;
}

/** What became of a row. */
export type RowResult =
  | {
      readonly status: 'answered';
      readonly row: Row;
      readonly answer: Answer;
      readonly calls: number;
      readonly latencyMs: number;
    }
  | { readonly status: 'failed'; readonly row: Row; readonly failure: Failure; readonly calls: number }
  /** The run stopped before the row had an answer; it is the next run's. */
  | { readonly status: 'abandoned'; readonly row: Row; readonly calls: number };

export type FinishedResult = Exclude<RowResult, { status: 'abandoned' }>;
