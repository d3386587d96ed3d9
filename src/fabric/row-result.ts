import type { Row } from '../rows/row.js';
import type { CallErrorKind } from './call-error.js';
import type { Answer, AnsweredSteps, Spending, TierRecord } from './fabric.js';

/**
 * Why a row failed for good.
 *
 * @example
 * if (result.status === 'failed' && result.failure.kind === 'refused') console.error(result.failure.message);
 */
export interface Failure {
  readonly kind: CallErrorKind;
  /** The HTTP status, where there was one. */
  readonly status?: number;
  readonly message: string;
  /** The step that failed, where rows have steps. */
  readonly step?: string;
  /** The answers of the steps that did not fail: they are in the output, and a retry does not ask for them again. */
  readonly answered?: AnsweredSteps;
  /** Calls that counted against `--attempts`. */
  readonly attempts: number;
  /** RFC 3339. */
  readonly failedAt: string;
}

/**
 * Where an answer is from that took no call: an equal row of this run, the cache, or nowhere, where the row is blank,
 * was not chosen (`left-out`), or has a value already (`filled`).
 *
 * @example
 * if (result.reused === 'cache') console.log('paid for by an earlier run');
 */
export type AnswerSource = 'run' | 'cache' | UncalledRow;

/**
 * Why a row is not called, and has an empty answer, or keeps its value where it is `filled`.
 *
 * @example
 * const isCalled = result.reused !== 'blank' && result.reused !== 'left-out' && result.reused !== 'filled';
 */
export type UncalledRow = 'blank' | 'left-out' | 'filled';

/** The result of a row. */
export type RowResult =
  | {
      readonly status: 'answered';
      readonly row: Row;
      readonly answer: Answer;
      readonly calls: number;
      /** Of the call that gave the answer; 0 where it is another row's. */
      readonly latencyMs: number;
      /** The model that gave the answer, where it is another than the one asked for. */
      readonly model?: string;
      readonly spent?: Spending;
      /** Set where no call was made. */
      readonly reused?: AnswerSource;
      /** In a run with tiers or steps: where the answer is from, and what each took. */
      readonly tiers?: TierRecord;
      /** It came through a batch API; undefined: live. */
      readonly via?: 'batch';
    }
  | {
      readonly status: 'failed';
      readonly row: Row;
      readonly failure: Failure;
      readonly calls: number;
      readonly spent?: Spending;
      /** Set where no call was made: an equal row of this run failed. */
      readonly reused?: 'run';
      readonly tiers?: TierRecord;
      readonly via?: 'batch';
    }
  /** The run stopped before the row had an answer, and leaves it to the next run. */
  | { readonly status: 'abandoned'; readonly row: Row; readonly calls: number; readonly spent?: Spending };

export type FinishedResult = Exclude<RowResult, { status: 'abandoned' }>;

/** What became of a row, without the row. */
export type RowOutcome =
  | Omit<Extract<RowResult, { status: 'answered' }>, 'row'>
  | Omit<Extract<RowResult, { status: 'failed' }>, 'row'>;

export type AbandonedResult = Extract<RowResult, { status: 'abandoned' }>;
