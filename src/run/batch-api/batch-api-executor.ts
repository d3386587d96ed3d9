import type { Batch, Executor } from '../../batch/batch.js';
import type { ResultLedger } from '../../batch/result-ledger.js';
import { parseEntry, resultOf } from '../../checkpoint/journal-entry.js';
import type { FinishedResult, RowResult } from '../../fabric/row-result.js';
import type { Row } from '../../rows/row.js';
import type { Shards } from '../shards/shards.js';
import type { HomeResults } from './home-results.js';

/** Where rows go that are in no shard. */
export interface StrayRows {
  /** The row is to be sent with a later shard. Gives its failure where it cannot be. */
  add(row: Row): FinishedResult | undefined;
  has(row: number): boolean;
}

export interface BatchApiExecutorOptions {
  readonly shards: Shards;
  readonly results: HomeResults;
  readonly ledger: ResultLedger;
  readonly strays: StrayRows;
  /** What the input's row asks, in base64url. */
  readonly questionOf: (row: Row) => string;
  /** Ends what brings rows to the service and back; called once, when no row waits any more. */
  readonly finish: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A row whose result is not there yet. */
interface Waiting {
  readonly row: Row;
  readonly resolve: (result: RowResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Waits for the results of rows that others bring to a batch API and back, and takes them from disk when they are
 * there. A row that is in no shard (its twin's answer was forgotten meanwhile, or its text was changed) is handed on
 * to be sent later.
 */
export class BatchApiExecutor implements Executor {
  /** By row. */
  readonly #waiting = new Map<number, Waiting>();
  #isStopped = false;

  constructor(private readonly options: BatchApiExecutorOptions) {}

  /** It never has enough: the window bounds what waits. */
  get wantsMore(): boolean {
    return true;
  }

  onWant(): void {}

  run({ rows }: Batch): Promise<readonly RowResult[]> {
    return Promise.all(rows.map((row) => this.#run(row)));
  }

  /** Looks again for the results of all rows that wait: shards were written or harvested. */
  lookAgain(): void {
    for (const { row, resolve, reject } of [...this.#waiting.values()]) {
      try {
        const result = this.#find(row);
        if (result === undefined) continue;
        this.#waiting.delete(row.number);
        this.#finish(result).then(resolve, reject);
      } catch (error) {
        this.#waiting.delete(row.number);
        reject(error);
      }
    }
  }

  /** The run stops: rows without a result are the next run's. */
  stop(): void {
    this.#isStopped = true;
    for (const { row, resolve } of this.#waiting.values()) resolve({ status: 'abandoned', row, calls: 0 });
    this.#waiting.clear();
  }

  finish(): Promise<void> {
    return this.options.finish();
  }

  close(): Promise<void> {
    return this.options.close();
  }

  async #run(row: Row): Promise<RowResult> {
    const result = this.#find(row);
    if (result !== undefined) return this.#finish(result);
    if (this.#isStopped) return { status: 'abandoned', row, calls: 0 };
    return new Promise((resolve, reject) => this.#waiting.set(row.number, { row, resolve, reject }));
  }

  async #finish(result: FinishedResult): Promise<FinishedResult> {
    const { ledger } = this.options;
    await ledger.record(result);
    ledger.finished(result);
    return result;
  }

  /** The result of a row that is there; undefined where it is to come. */
  #find(row: Row): FinishedResult | undefined {
    const { shards, results, questionOf, strays } = this.options;
    if (shards.homeOf(row.number) === undefined || strays.has(row.number)) return undefined;
    const line = results.find(row.number);
    if (line === undefined) return shards.isOnItsWay(row.number) ? undefined : strays.add(row);
    const entry = parseEntry(line);
    const result = entry && !('step' in entry) ? resultOf(entry, row, questionOf) : undefined;
    if (result !== undefined) return result;
    // The input has another row in its place now: what was sent before is no answer to it.
    return shards.isSentAgain(row.number) ? undefined : strays.add(row);
  }
}
