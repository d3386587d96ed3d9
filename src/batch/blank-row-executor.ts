import type { RowResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';
import type { Batch, Executor } from './batch.js';
import type { ResultLedger } from './result-ledger.js';

/**
 * Answers rows with nothing in any cell with nothing, without a call: spreadsheets leave them below and between rows,
 * and a service would make something up. The journal does not hold them; a resumed run finds the same rows blank.
 */
export class BlankRowExecutor implements Executor {
  constructor(
    private readonly next: Executor,
    private readonly isBlank: (row: Row) => boolean,
    private readonly ledger: Pick<ResultLedger, 'finished'>,
  ) {}

  get wantsMore(): boolean {
    return this.next.wantsMore;
  }

  onWant(listener: () => void): void {
    this.next.onWant(listener);
  }

  async run(batch: Batch): Promise<readonly RowResult[]> {
    if (!batch.rows.some(this.isBlank)) return this.next.run(batch);
    const rows = batch.rows.filter((row) => !this.isBlank(row));
    const ran = rows.length === 0 ? [] : await this.next.run({ ...batch, rows });
    const left = ran.values();
    return batch.rows.flatMap((row) => {
      if (!this.isBlank(row)) return left.next().value ?? [];
      const result = {
        status: 'answered',
        row,
        answer: null,
        calls: 0,
        latencyMs: 0,
        reused: 'blank',
      } as const;
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
