import type { FinishedResult, RowResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';
import type { Remembered } from './answer-memory.js';
import type { Batch, Executor } from './batch.js';

export interface SharingOptions {
  /** What a row asks: equal texts for equal questions. */
  readonly questionOf: (row: Row) => string;
  /** What became of the questions so far, as many as it has room for. */
  readonly memory: {
    find(question: string): Remembered | undefined;
    add(question: string, result: Remembered): void;
  };
  /** A later row that asks the same is to have this result, too. */
  readonly isLasting: (result: FinishedResult) => boolean;
  /** The result that a row has from before an interruption. */
  readonly finishedBefore: (row: Row) => FinishedResult | undefined;
  /** Puts a result where no crash loses it. */
  readonly record: (result: FinishedResult) => Promise<void>;
  /** Hears of every result, once it is safe. */
  readonly finished: (result: FinishedResult) => void;
}

/** A row that waits for the result of an equal one. */
interface Follower {
  readonly row: Row;
  readonly resolve: (result: RowResult | Promise<RowResult>) => void;
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
  /** By the number of a row that is being run: its question, which takes a while to make. */
  readonly #questions = new Map<number, string>();

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
    const shared = batch.rows.map((row) => this.#shared(row));
    const own = batch.rows.filter((_, index) => shared[index] === undefined);
    if (own.length === batch.rows.length) return this.#runOwn(batch);
    // At once, so that whichever fails first is heard, and no other fails unheard.
    const [ran, others] = await Promise.all([
      own.length === 0 ? [] : this.#runOwn({ ...batch, rows: own }),
      Promise.all(shared),
    ]);
    const left = ran.values();
    return others.flatMap((result) => result ?? left.next().value ?? []);
  }

  /** What a row asks. */
  questionOf(row: Row): string {
    return this.#questions.get(row.number) ?? this.options.questionOf(row);
  }

  /** A row that was run is finished: those that ask the same have its result, too. */
  finished(result: FinishedResult): void {
    const { memory, isLasting } = this.options;
    const question = this.questionOf(result.row);
    this.#questions.delete(result.row.number);
    if (isLasting(result)) memory.add(question, result);
    for (const { row, resolve } of this.#followersOf(question)) {
      resolve(this.#finish(sharedResult(result, row)));
    }
  }

  finish(): Promise<void> {
    return this.next.finish();
  }

  close(): Promise<void> {
    return this.next.close();
  }

  /** What a row has, or will have, without being run; undefined where it has to be. */
  #shared(row: Row): RowResult | Promise<RowResult> | undefined {
    const { questionOf, memory, finishedBefore, finished } = this.options;
    const before = finishedBefore(row);
    if (before !== undefined) {
      // Who runs the rows finds those of its own again; this one it has never seen.
      if (before.reused !== 'run') return undefined;
      finished(before);
      return before;
    }
    const question = questionOf(row);
    if (this.#asked.has(question)) {
      return new Promise((resolve, reject) => {
        const followers = this.#asked.get(question) ?? [];
        followers.push({ row, resolve, reject });
        this.#asked.set(question, followers);
      });
    }
    const known = memory.find(question);
    if (known === undefined) {
      this.#asked.set(question, undefined);
      this.#questions.set(row.number, question);
      return undefined;
    }
    return this.#finish(sharedResult(known, row));
  }

  async #finish(result: FinishedResult): Promise<RowResult> {
    await this.options.record(result);
    this.options.finished(result);
    return result;
  }

  async #runOwn(batch: Batch): Promise<readonly RowResult[]> {
    try {
      const ran = await this.next.run(batch);
      // The run stops: rows that wait for one of these are the next run's too.
      for (const { status, row } of ran) {
        if (status !== 'abandoned') continue;
        for (const follower of this.#followersOf(this.questionOf(row)))
          follower.resolve({ status, row: follower.row, calls: 0 });
      }
      return ran;
    } catch (error) {
      for (const row of batch.rows)
        for (const { reject } of this.#followersOf(this.questionOf(row))) reject(error);
      throw error;
    }
  }

  /** Those that wait for a question, which is not being asked any more. */
  #followersOf(question: string): readonly Follower[] {
    const followers = this.#asked.get(question);
    this.#asked.delete(question);
    return followers ?? [];
  }
}

function sharedResult(known: Remembered, row: Row): FinishedResult {
  const shared = { row, calls: 0, reused: 'run' } as const;
  if ('failure' in known) return { status: 'failed', failure: known.failure, ...shared };
  const { answer, model } = known;
  return { status: 'answered', answer, latencyMs: 0, ...shared, ...(model === undefined ? {} : { model }) };
}
