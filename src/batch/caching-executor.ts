import pLimit from 'p-limit';
import type { Answer } from '../fabric/fabric.js';
import type { FinishedResult, RowResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';
import type { Batch, Executor } from './batch.js';
import type { ResultLedger } from './result-ledger.js';

/** An answer, and the model that gave it, where it is another than the one asked for. */
export interface CachedAnswer {
  readonly answer: Answer;
  readonly model?: string;
}

/** Where answers are kept over runs. */
export interface AnswerCache {
  /** The answer to a row, where it is there and not too old. */
  find(row: Row): Promise<CachedAnswer | undefined>;
  /** Keeps the answer to a row. What goes wrong is the cache's own matter. */
  keep(row: Row, answer: CachedAnswer): Promise<void>;
}

export interface CachingOptions {
  readonly cache: AnswerCache;
  readonly ledger: ResultLedger;
}

/** Files that are read or written at a time. */
const AT_A_TIME = 16;

/** Looks rows up in a cache before they are run, and keeps the answers of those that are. Failures are never kept. */
export class CachingExecutor implements Executor {
  readonly #limit = pLimit(AT_A_TIME);

  constructor(
    private readonly next: Executor,
    private readonly options: CachingOptions,
  ) {}

  get wantsMore(): boolean {
    return this.next.wantsMore && this.#limit.pendingCount === 0;
  }

  onWant(listener: () => void): void {
    this.next.onWant(listener);
  }

  async run(batch: Batch): Promise<readonly RowResult[]> {
    const found = await Promise.all(batch.rows.map((row) => this.#find(row)));
    const own = batch.rows.filter((_, index) => found[index] === undefined);
    const ran = own.length === 0 ? [] : await this.next.run({ ...batch, rows: own });
    await Promise.all(ran.map((result) => this.keep(result)));
    const left = ran.values();
    return found.flatMap((result) => result ?? left.next().value ?? []);
  }

  /** Keeps an answer that a call was made for. */
  async keep(result: RowResult): Promise<void> {
    if (result.status !== 'answered' || result.reused !== undefined) return;
    const { row, answer, model } = result;
    const cached = model === undefined ? { answer } : { answer, model };
    await this.#limit(() => this.options.cache.keep(row, cached));
  }

  finish(): Promise<void> {
    return this.next.finish();
  }

  close(): Promise<void> {
    return this.next.close();
  }

  async #find(row: Row): Promise<FinishedResult | undefined> {
    const { cache, ledger } = this.options;
    const cached = await this.#limit(() => cache.find(row));
    if (cached === undefined) return undefined;
    const result = { status: 'answered', row, ...cached, calls: 0, latencyMs: 0, reused: 'cache' } as const;
    await ledger.record(result);
    ledger.finished(result);
    return result;
  }
}
