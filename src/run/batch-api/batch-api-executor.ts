import type { Batch, Executor } from '../../batch/batch.js';
import type { ResultLedger } from '../../batch/result-ledger.js';
import { parseEntry, resultOf } from '../../checkpoint/journal-entry.js';
import type { FinishedResult, RowResult } from '../../fabric/row-result.js';
import type { Row } from '../../rows/row.js';
import type { RowRanges } from '../shards/row-ranges.js';
import type { Shards } from '../shards/shards.js';
import type { Carried } from './carried.js';
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
  /** The first row without a result is run live, before any other is sent: the service looks at requests late. */
  readonly canary: Canary | undefined;
  /** What earlier tries of a row took, where they have no result. */
  readonly carried: (row: number) => Carried | undefined;
  /** What the input's row asks, in base64url. */
  readonly questionOf: (row: Row) => string;
  /** Several rows are not what they were when they were sent: stops the run. */
  readonly rowsChanged: (row: number) => void;
  /** Ends what brings rows to the service and back; called once, when no row waits any more. */
  readonly finish: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A row that is run live before others are sent. */
export interface Canary {
  /** Opens the executor of live calls. */
  readonly open: () => Promise<Executor>;
  /** The row is being run, or has been. */
  started(row: number): void;
  /** It has a result. */
  finished(): void;
}

/** A row whose result is not there yet. */
interface Waiting {
  readonly batch: Batch;
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
  /** The first row whose text is another than that which was sent. */
  #changedRow: number | undefined;
  /** Runs what has no result, once nothing is out any more. */
  #live: Executor | undefined;
  #canary: Canary | undefined;
  #listener = () => {};

  constructor(private readonly options: BatchApiExecutorOptions) {
    this.#canary = options.canary;
  }

  /** As long as rows go through batches, it never has enough: the window bounds what waits. */
  get wantsMore(): boolean {
    return this.#live?.wantsMore ?? true;
  }

  onWant(listener: () => void): void {
    this.#listener = listener;
    this.#live?.onWant(listener);
  }

  run(batch: Batch): Promise<readonly RowResult[]> {
    return Promise.all(batch.rows.map((row) => this.#run(batch, row)));
  }

  /** From now on, rows without a result are run live. Nothing of them may be out. */
  goLive(live: Executor): void {
    this.#live = live;
    live.onWant(this.#listener);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { batch, row, resolve, reject } of waiting) this.#run(batch, row).then(resolve, reject);
  }

  /** Looks again for the results of those of the rows that wait: their shard was written or harvested. */
  lookAgain(rows: RowRanges): void {
    if (this.#live !== undefined) return;
    for (const { row, resolve, reject } of this.#waitingAmong(rows)) {
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

  /** There may be a shard a row, or all rows in one. */
  #waitingAmong(rows: RowRanges): Waiting[] {
    const waiting = this.#waiting;
    return rows.count < waiting.size
      ? [...rows].flatMap((row) => waiting.get(row) ?? [])
      : [...waiting.values()].filter(({ row }) => rows.has(row.number));
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

  async #run(batch: Batch, row: Row): Promise<RowResult> {
    const result = this.#live === undefined ? this.#find(row) : this.#stored(row);
    if (result !== undefined) return this.#finish(result);
    if (this.#isStopped) return { status: 'abandoned', row, calls: 0 };
    if (this.#live !== undefined) return this.#runLive(this.#live, batch, row);
    const canary = this.#canary;
    if (canary !== undefined) return this.#runFirst(canary, batch, row);
    return new Promise((resolve, reject) => this.#waiting.set(row.number, { batch, row, resolve, reject }));
  }

  async #runFirst(canary: Canary, batch: Batch, row: Row): Promise<RowResult> {
    this.#canary = undefined;
    canary.started(row.number);
    const live = await canary.open();
    try {
      return await this.#runLive(live, batch, row);
    } finally {
      await live.close();
      canary.finished();
    }
  }

  /** It records the result itself. What earlier tries of the row took is counted beside it. */
  async #runLive(live: Executor, batch: Batch, row: Row): Promise<RowResult> {
    const [result = { status: 'abandoned', row, calls: 0 } as const] = await live.run({
      ...batch,
      rows: [row],
    });
    const carried = this.options.carried(row.number);
    if (result.status !== 'abandoned' && carried !== undefined) {
      this.options.ledger.abandoned(carried.calls, carried.spent);
    }
    return result;
  }

  async #finish(result: FinishedResult): Promise<FinishedResult> {
    const { ledger } = this.options;
    await ledger.record(result);
    ledger.finished(result);
    return result;
  }

  /** The result of a row that is there; undefined where it is to come. */
  #find(row: Row): FinishedResult | undefined {
    const { shards, results, strays } = this.options;
    if (shards.homeOf(row.number) === undefined || strays.has(row.number)) return undefined;
    if (results.find(row.number) === undefined) {
      return shards.isOnItsWay(row.number) ? undefined : strays.add(row);
    }
    const result = this.#stored(row);
    if (result !== undefined) return result;
    // The input has another row in its place now: what was sent before is no answer to it.
    if (shards.isSentAgain(row.number) || this.#hasMoved(row.number)) return undefined;
    return strays.add(row);
  }

  /** One row may have been mended since it was sent. Several say that a row was put in or taken out before them. */
  #hasMoved(row: number): boolean {
    if (this.#changedRow === undefined) {
      this.#changedRow = row;
      return false;
    }
    this.options.rowsChanged(row);
    return true;
  }

  /** The result of a row that is on disk; undefined where it is that of another text in its place. */
  #stored(row: Row): FinishedResult | undefined {
    const { results, questionOf } = this.options;
    const line = results.find(row.number);
    const entry = line === undefined ? undefined : parseEntry(line);
    return entry && !('step' in entry) ? resultOf(entry, row, questionOf) : undefined;
  }
}
