import type { Answer } from '../fabric/fabric.js';
import type { FinishedResult, RowResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';
import type { Batch, Executor } from './batch.js';

export interface SharingOptions {
  /** What a row asks: equal texts for equal questions. */
  readonly questionOf: (row: Row) => string;
  /** The answers so far, as many as it has room for. */
  readonly memory: {
    find(question: string): Answer | undefined;
    add(question: string, answer: Answer): void;
  };
  /** The row has a result from before an interruption. */
  readonly isFinishedBefore: (row: Row) => boolean;
  /** Puts a result where no crash loses it. */
  readonly record: (result: FinishedResult) => Promise<void>;
  /** Hears of every result, once it is safe. */
  readonly finished: (result: FinishedResult) => void;
}

/** A row that waits for the result of an equal one. */
interface Follower {
  readonly row: Row;
  readonly resolve: (result: RowResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks each question once: of rows that ask the same, one is run, and the others share what becomes of it, an answer
 * or a failure. They take no place among the calls in the air.
 *
 * Whoever runs the rows has to tell `finished` of each result of its own.
 */
export class SharingExecutor implements Executor {
  /** By the question of a row that is being run: those that wait for it. */
  readonly #asked = new Map<string, Follower[] | undefined>();

  constructor(
    private readonly next: Executor,
    private readonly options: SharingOptions,
  ) {}

  get wantsMore(): boolean {
    return this.next.wantsMore;
  }

  onWant(listener: () => void): void {
    this.next.onWant(listener);
  }

  async run(batch: Batch): Promise<readonly RowResult[]> {
    const results: (RowResult | Promise<RowResult> | undefined)[] = batch.rows.map((row) =>
      this.#shared(row),
    );
    const own = batch.rows.filter((_, index) => results[index] === undefined);
    if (own.length > 0) {
      const ran = await this.next.run(own.length === batch.rows.length ? batch : { ...batch, rows: own });
      for (const result of ran) if (result.status === 'abandoned') this.#giveUp(result.row);
      if (own.length === batch.rows.length) return ran;
      let index = 0;
      for (const result of ran) {
        while (results[index] !== undefined) index++;
        results[index] = result;
      }
    }
    return Promise.all(results.filter((result) => result !== undefined));
  }

  /** A row that was run is finished: those that ask the same have its result, too. */
  finished(result: FinishedResult): void {
    const question = this.options.questionOf(result.row);
    if (result.status === 'answered') this.options.memory.add(question, result.answer);
    const followers = this.#asked.get(question);
    this.#asked.delete(question);
    for (const { row, resolve, reject } of followers ?? []) {
      this.#finish(reusing(result, row)).then(resolve, reject);
    }
  }

  finish(): Promise<void> {
    return this.next.finish();
  }

  close(): Promise<void> {
    return this.next.close();
  }

  /** What a row has, or will have, without being run; undefined where it has to be. */
  #shared(row: Row): Promise<RowResult> | undefined {
    const { questionOf, memory, isFinishedBefore } = this.options;
    if (isFinishedBefore(row)) return undefined;
    const question = questionOf(row);
    if (this.#asked.has(question)) {
      return new Promise((resolve, reject) => {
        const followers = this.#asked.get(question) ?? [];
        followers.push({ row, resolve, reject });
        this.#asked.set(question, followers);
      });
    }
    const answer = memory.find(question);
    if (answer === undefined) {
      this.#asked.set(question, undefined);
      return undefined;
    }
    return this.#finish({ status: 'answered', row, answer, calls: 0, latencyMs: 0, reused: 'run' });
  }

  async #finish(result: FinishedResult): Promise<RowResult> {
    await this.options.record(result);
    this.options.finished(result);
    return result;
  }

  /** The run stops: rows that wait for this one are the next run's too. */
  #giveUp(row: Row): void {
    const question = this.options.questionOf(row);
    const followers = this.#asked.get(question);
    this.#asked.delete(question);
    for (const follower of followers ?? []) {
      follower.resolve({ status: 'abandoned', row: follower.row, calls: 0 });
    }
  }
}

function reusing(result: FinishedResult, row: Row): FinishedResult {
  const shared = { row, calls: 0, reused: 'run' } as const;
  return result.status === 'failed'
    ? { status: 'failed', failure: result.failure, ...shared }
    : { status: 'answered', answer: result.answer, latencyMs: 0, ...shared };
}
