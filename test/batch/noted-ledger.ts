import type { ResultLedger } from '../../src/batch/result-ledger.js';
import type { EarlierResults } from '../../src/batch/resuming-executor.js';
import type { FinishedResult } from '../../src/fabric/row-result.js';
import type { Row } from '../../src/rows/row.js';

/** A ledger that notes what is written into it. */
export class NotedLedger implements ResultLedger, EarlierResults {
  readonly recorded: FinishedResult[] = [];
  readonly finishedResults: FinishedResult[] = [];
  readonly abandonedCalls: number[] = [];
  readonly resumedResults: FinishedResult[] = [];

  /** @param keep what it takes until a result is recorded. */
  constructor(
    private readonly keep: (result: FinishedResult) => Promise<void> = async () => {},
    readonly finishedBefore: (row: Row) => FinishedResult | undefined = () => undefined,
  ) {}

  record(result: FinishedResult): Promise<void> {
    this.recorded.push(result);
    return this.keep(result);
  }

  finished(result: FinishedResult): void {
    this.finishedResults.push(result);
  }

  abandoned(calls: number): void {
    this.abandonedCalls.push(calls);
  }

  resumed(result: FinishedResult): void {
    this.resumedResults.push(result);
  }
}
