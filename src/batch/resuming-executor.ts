import type { FinishedResult, RowResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';
import type { Batch, Executor } from './batch.js';

/** The results that a run has from before an interruption. */
export interface EarlierResults {
  /** The result of a row; undefined where it has none, or where the input has another row in that place now. */
  finishedBefore(row: Row): FinishedResult | undefined;
  /** Counts a result that a row has from there. It is recorded already, and listeners were told of it then. */
  resumed(result: FinishedResult): void | Promise<void>;
}

/** Answers rows that were finished before an interruption, so that the executors within run only the others. */
export class ResumingExecutor implements Executor {
  constructor(
    private readonly next: Executor,
    private readonly earlier: EarlierResults,
  ) {}

  get wantsMore(): boolean {
    return this.next.wantsMore;
  }

  onWant(listener: () => void): void {
    this.next.onWant(listener);
  }

  async run(batch: Batch): Promise<readonly RowResult[]> {
    const found = batch.rows.map((row) => this.earlier.finishedBefore(row));
    if (found.every((result) => result === undefined)) return this.next.run(batch);
    const rows = batch.rows.filter((_, index) => found[index] === undefined);
    const ranBefore = found.flatMap((result) => (result && result.reused === undefined ? result.row : []));
    // At once, so that whichever fails first is heard, and the other does not fail unheard.
    const [ran] = await Promise.all([
      rows.length === 0 ? [] : this.next.run({ ...batch, rows, ranBefore }),
      Promise.all(found.map((result) => result && this.earlier.resumed(result))),
    ]);
    const left = ran.values();
    return found.flatMap((result) => result ?? left.next().value ?? []);
  }

  finish(): Promise<void> {
    return this.next.finish();
  }

  close(): Promise<void> {
    return this.next.close();
  }
}
