import type { Answer, Spending, TierRecord } from '../../fabric/fabric.js';
import type { AnswerSource, Failure, FinishedResult } from '../../fabric/row-result.js';
import { withoutExactNumbers } from '../../json/plain-numbers.js';

/**
 * What became of a row.
 *
 * @typeParam R the row, as it was given
 * @typeParam A the answer, as whoever started the run says it is
 * @example
 * const text = result.status === 'answered' ? result.answer : result.failure.message;
 */
export type EnrichResult<R, A = Answer> = AnsweredRow<R, A> | FailedRow<R>;

interface ResultOfRow<R> {
  /** Its number, from 1, in the order of the input. */
  readonly number: number;
  readonly row: R;
  /** Calls that went out for it; 0 where the answer was there already. */
  readonly calls: number;
  /** What they took, in tokens and in the unit of the price; undefined where it is unknown. */
  readonly spent?: Spending;
  /** With tiers or steps: where the answer is from, and what each took. */
  readonly tiers?: TierRecord;
}

/**
 * A row with its answer.
 *
 * @example
 * const answerOf = ({ row, answer }: AnsweredRow<Product>) => ({ ...row, description: answer });
 */
export interface AnsweredRow<R, A = Answer> extends ResultOfRow<R> {
  readonly status: 'answered';
  readonly answer: A;
  /** Of the call that gave the answer, in ms; 0 where it was there already. */
  readonly latencyMs: number;
  /** The model that gave the answer, where it is another than the one asked for. */
  readonly model?: string;
  /** Set where no call was made: an equal row of this run had the answer, or the cache; or the row was blank, not chosen (`left-out`), or `filled`. */
  readonly reused?: AnswerSource;
}

/**
 * A row that failed for good.
 *
 * @example
 * const reasonOf = ({ number, failure }: FailedRow<Product>) => `row ${number}: ${failure.message}`;
 */
export interface FailedRow<R> extends ResultOfRow<R> {
  readonly status: 'failed';
  readonly failure: Failure;
  /** Set where no call was made: an equal row of this run failed. */
  readonly reused?: 'run';
}

/**
 * The result with the row as listeners know it. Numbers in its answer are JavaScript's; one that is equal to none
 * is the text of its digits.
 *
 * @typeParam A what the caller says answers are: only a fabric's schema holds a service to it.
 */
export function withRow<R, A = Answer>(result: FinishedResult, row: R): EnrichResult<R, A> {
  const known = { row, number: result.row.number };
  return result.status === 'answered'
    ? { ...result, ...known, answer: withoutExactNumbers(result.answer) as A }
    : { ...result, ...known, failure: plainFailure(result.failure) };
}

function plainFailure({ answered, ...failure }: Failure): Failure {
  if (answered === undefined) return failure;
  const plain = Object.entries(answered).map(([step, { answer, asked }]) => [
    step,
    { answer: withoutExactNumbers(answer), asked },
  ]);
  return { ...failure, answered: Object.fromEntries(plain) };
}
