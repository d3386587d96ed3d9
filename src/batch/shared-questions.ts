import type { Spending } from '../fabric/fabric.js';
import type { FinishedResult, RowResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';
import type { Remembered } from './answer-memory.js';
import { type Follower, QuestionsInFlight } from './questions-in-flight.js';
import type { ResultLedger } from './result-ledger.js';

export interface SharedQuestionsOptions {
  /** What a row asks: equal texts for equal questions. */
  readonly questionOf: (row: Row) => string;
  /** What became of the questions so far, as many as it has room for. */
  readonly memory: {
    find(question: string): Remembered | undefined;
    add(question: string, result: Remembered): void;
  };
  /** True if a later row that asks the same is to have this result, too. */
  readonly isLasting: (result: FinishedResult) => boolean;
  /** Where results go, those of rows that share one included. */
  readonly ledger: ResultLedger;
}

/**
 * The questions of a run: those in flight, with the rows that wait for them, and what became of the last ones.
 *
 * It is the ledger of the executor that runs the rows: as soon as a result is finished, the rows that wait for it have
 * it too, each recorded and counted as a result of its own.
 */
export class SharedQuestions implements ResultLedger {
  readonly #inFlight = new QuestionsInFlight();

  constructor(private readonly options: SharedQuestionsOptions) {}

  /** What a row has, or will have, from an equal one; undefined where it has to be run, and is in flight from now on. */
  ask(row: Row): RowResult | Promise<RowResult> | undefined {
    const { questionOf, memory } = this.options;
    const question = questionOf(row);
    const asked = this.#inFlight.find(question);
    if (asked !== undefined) {
      return new Promise((resolve, reject) => {
        asked.followers ??= [];
        asked.followers.push({ row, resolve, reject });
      });
    }
    const known = memory.find(question);
    if (known !== undefined) return this.#finish(sharedResult(known, row));
    this.#inFlight.add(row.number, question);
    return undefined;
  }

  record(result: FinishedResult): Promise<void> {
    const { ledger, isLasting } = this.options;
    return isLasting(result) ? ledger.record(result, this.#questionOf(result.row)) : ledger.record(result);
  }

  finished(result: FinishedResult): void {
    const { memory, isLasting, ledger } = this.options;
    ledger.finished(result);
    const question = this.#questionOf(result.row);
    if (isLasting(result)) memory.add(question, result);
    for (const { row, resolve } of this.#followersOf(question)) {
      resolve(this.#finish(sharedResult(result, row)));
    }
  }

  abandoned(calls: number, spent?: Spending): void {
    this.options.ledger.abandoned(calls, spent);
  }

  /** The run stops, and a row comes back without a result: so do those that wait for it. */
  giveBack(row: Row): void {
    for (const follower of this.#followersOf(this.#questionOf(row)))
      follower.resolve({ status: 'abandoned', row: follower.row, calls: 0 });
  }

  /** A row will never come back: those that wait for it fail as it does. */
  fail(row: Row, error: unknown): void {
    for (const { reject } of this.#followersOf(this.#questionOf(row))) reject(error);
  }

  #questionOf(row: Row): string {
    return this.#inFlight.ofRow(row.number) ?? this.options.questionOf(row);
  }

  async #finish(result: FinishedResult): Promise<RowResult> {
    const { ledger } = this.options;
    await ledger.record(result);
    ledger.finished(result);
    return result;
  }

  /** The rows that wait for a question, which is not in flight any more. */
  #followersOf(question: string): readonly Follower[] {
    return this.#inFlight.take(question)?.followers ?? [];
  }
}

function sharedResult(known: Remembered, row: Row): FinishedResult {
  const shared = { row, calls: 0, reused: 'run' } as const;
  if ('failure' in known) return { status: 'failed', failure: known.failure, ...shared };
  const { answer, model } = known;
  return { status: 'answered', answer, latencyMs: 0, ...shared, ...(model === undefined ? {} : { model }) };
}
