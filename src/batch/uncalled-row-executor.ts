import type { RowResult, UncalledRow } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';
import type { Batch, Executor } from './batch.js';
import type { ResultLedger } from './result-ledger.js';

/** Says why a row is not called; undefined where it is. */
export type WhyUncalled = (row: Row) => UncalledRow | undefined;

/**
 * Answers rows that are not called with nothing: those that were not chosen, and those with nothing in any cell, which
 * spreadsheets leave below and between rows, and of which a service would make something up. The journal does not hold
 * them; a resumed run finds the same rows.
 */
export class UncalledRowExecutor implements Executor {
  constructor(
    private readonly next: Executor,
    private readonly whyUncalled: WhyUncalled,
    private readonly ledger: Pick<ResultLedger, 'finished'>,
  ) {}

  get wantsMore(): boolean {
    return this.next.wantsMore;
  }

  onWant(listener: () => void): void {
    this.next.onWant(listener);
  }

  async run(batch: Batch): Promise<readonly RowResult[]> {
    const reasons = batch.rows.map(this.whyUncalled);
    if (reasons.every((reason) => reason === undefined)) return this.next.run(batch);
    const rows = batch.rows.filter((_, index) => reasons[index] === undefined);
    const ran = rows.length === 0 ? [] : await this.next.run({ ...batch, rows });
    const left = ran.values();
    return batch.rows.flatMap((row, index) => {
      const reused = reasons[index];
      if (reused === undefined) return left.next().value ?? [];
      const result = { status: 'answered', row, answer: null, calls: 0, latencyMs: 0, reused } as const;
      this.ledger.finished(result);
      return result;
    });
  }

  finish(): Promise<void> {
    return this.next.finish();
  }

  close(): Promise<void> {
    return this.next.close();
  }
}
