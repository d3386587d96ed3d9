import type { Batch, Executor } from '../../src/batch/batch.js';
import type { RowResult } from '../../src/fabric/row-result.js';
import type { Row } from '../../src/rows/row.js';
import { abandoned, answered } from './some-rows.js';

interface Started {
  readonly batch: Batch;
  readonly resolve: (results: readonly RowResult[]) => void;
  readonly reject: (error: Error) => void;
}

/** Does with its batches what a test tells it to, when the test tells it to. */
export class HandExecutor implements Executor {
  /** Every batch that was ever handed to it. */
  readonly batches: Batch[] = [];
  /** Of each batch that has not come back, by the number of its last row. */
  readonly #inFlight = new Map<number, Started>();
  #listener = () => {};
  #wantsMore = true;

  get wantsMore(): boolean {
    return this.#wantsMore;
  }

  set wantsMore(wantsMore: boolean) {
    this.#wantsMore = wantsMore;
    if (wantsMore) this.#listener();
  }

  onWant(listener: () => void): void {
    this.#listener = listener;
  }

  run(batch: Batch): Promise<readonly RowResult[]> {
    this.batches.push(batch);
    return new Promise((resolve, reject) => {
      this.#inFlight.set(batch.end.row, { batch, resolve, reject });
    });
  }

  async finish(): Promise<void> {}

  async close(): Promise<void> {}

  /** The last row of each batch in flight. */
  get inFlight(): number[] {
    return [...this.#inFlight.keys()];
  }

  get rowsInFlight(): number {
    return [...this.#inFlight.values()].reduce((rows, { batch }) => rows + batch.rows.length, 0);
  }

  /** Answers the batch that ends with this row. */
  answer(lastRow: number, answer?: string): void {
    const { batch, resolve } = this.#take(lastRow);
    resolve(batch.rows.map((row) => answered(row, answer)));
  }

  /** Gives the batch that ends with this row back with these rows abandoned, the others answered. */
  abandon(lastRow: number, isAbandoned: (row: Row) => boolean = () => true): void {
    const { batch, resolve } = this.#take(lastRow);
    resolve(batch.rows.map((row) => (isAbandoned(row) ? abandoned(row) : answered(row))));
  }

  fail(lastRow: number, error: Error): void {
    this.#take(lastRow).reject(error);
  }

  #take(lastRow: number): Started {
    const started = this.#inFlight.get(lastRow);
    if (started === undefined) throw new Error(`no batch that ends with row ${lastRow} is in flight`);
    this.#inFlight.delete(lastRow);
    return started;
  }
}

/** Everything that follows from what has happened so far has happened too; no timer is involved. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
