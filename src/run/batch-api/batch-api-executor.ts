import type { Batch, Executor } from '../../batch/batch.js';
import type { ResultLedger } from '../../batch/result-ledger.js';
import { parseEntry, resultOf } from '../../checkpoint/journal/journal-entry.js';
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
  /** Of those that are in no shard yet. */
  readonly count: number;
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

/**
 * Rows that are looked at beside each other. Those behind them are read when these have their results, which they mostly
 * have at once: thousands of rows that were read early, and waited for a shard, had V8 put all rows into the old
 * generation from then on, which took 40 MB. Rows that are to be sent later do not count, so that as many of them as may
 * be get into the same shard.
 */
const ROWS_IN_HAND = 50;

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
  #rowsInHand = 0;
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

  get wantsMore(): boolean {
    return this.#live?.wantsMore ?? this.#rowsInHand - this.options.strays.count < ROWS_IN_HAND;
  }

  onWant(listener: () => void): void {
    this.#listener = listener;
    this.#live?.onWant(listener);
  }

  async run(batch: Batch): Promise<readonly RowResult[]> {
    if (this.#live !== undefined || this.#canary !== undefined) {
      return Promise.all(batch.rows.map((row) => this.#run(batch, row)));
    }
    this.#rowsInHand += batch.rows.length;
    const found = batch.rows.map((row) => this.#find(row));
    // At once, so that whichever fails first is heard, and no other fails unheard.
    const [, results] = await Promise.all([
      this.#finish(found.filter((result) => result !== undefined)),
      Promise.all(batch.rows.map((row, index) => found[index] ?? this.#wait(batch, row))),
    ]);
    this.#rowsInHand -= batch.rows.length;
    if (this.wantsMore) this.#listener();
    return results;
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
    const ready: (readonly [Waiting, FinishedResult])[] = [];
    for (const waiting of this.#waitingAmong(rows)) {
      const { row, reject } = waiting;
      try {
        const result = this.#find(row);
        if (result === undefined) continue;
        ready.push([waiting, result]);
      } catch (error) {
        reject(error);
      }
      this.#waiting.delete(row.number);
    }
    this.#finish(ready.map(([, result]) => result)).then(
      () => {
        for (const [{ resolve }, result] of ready) resolve(result);
      },
      (error) => {
        for (const [{ reject }] of ready) reject(error);
      },
    );
    // Rows that are to be sent later do not count any more.
    if (this.wantsMore) this.#listener();
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
    if (result !== undefined) {
      await this.#finish([result]);
      return result;
    }
    if (this.#live !== undefined && !this.#isStopped) return this.#runLive(this.#live, batch, row);
    const canary = this.#canary;
    if (canary !== undefined && !this.#isStopped) return this.#runFirst(canary, batch, row);
    return this.#wait(batch, row);
  }

  #wait(batch: Batch, row: Row): RowResult | Promise<RowResult> {
    if (this.#isStopped) return { status: 'abandoned', row, calls: 0 };
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

  /** Results of one turn are recorded together. */
  async #finish(results: readonly FinishedResult[]): Promise<void> {
    const { ledger } = this.options;
    await Promise.all(new Set(results.map((result) => ledger.record(result))));
    for (const result of results) ledger.finished(result);
  }

  /** The result of a row that is there; undefined where it is to come. */
  #find(row: Row): FinishedResult | undefined {
    const { shards, results, strays } = this.options;
    if (shards.homeOf(row.number) === undefined || strays.has(row.number)) return undefined;
    const line = results.find(row.number);
    if (line === undefined) return shards.isOnItsWay(row.number) ? undefined : strays.add(row);
    const result = this.#resultIn(line, row);
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
    const line = this.options.results.find(row.number);
    return line === undefined ? undefined : this.#resultIn(line, row);
  }

  #resultIn(line: string, row: Row): FinishedResult | undefined {
    const entry = parseEntry(line);
    return entry && !('step' in entry) ? resultOf(entry, row, this.options.questionOf) : undefined;
  }
}
