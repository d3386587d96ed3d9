import type { ResultLedger } from '../../batch/result-ledger.js';
import type { EarlierResults } from '../../batch/resuming-executor.js';
import type { RunStore } from '../../checkpoint/store.js';
import type { Spending } from '../../fabric/fabric.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import type { LiveCounts } from '../../monitor/live-counts.js';
import type { RunWatch } from '../../monitor/run-watch.js';
import type { Row } from '../../rows/row.js';
import type { RunStop } from '../control/stop.js';
import { exceedsAllowance } from '../control/stop-rules.js';
import type { MaxErrors } from '../settings/limit-settings.js';

export interface RunLedgerOptions {
  readonly store: Pick<RunStore, 'finishedBefore' | 'earlierResults' | 'record' | 'noteAbandoned'>;
  readonly counts: LiveCounts;
  readonly watch: RunWatch;
  readonly stop: RunStop;
  readonly maxErrors: MaxErrors | undefined;
  /** The number of rows, where it is known to be a small one. */
  readonly rowsKnown: number | undefined;
}

/**
 * A run's ledger. A result goes into the journal first; then it is counted, listeners are told, and the run stops where
 * more rows failed than `--max-errors` allows. The writer takes it from the finished batch, in input order.
 */
export class RunLedger implements ResultLedger, EarlierResults {
  #failedNow = 0;
  /** Rows with a result from before an interruption that were not read again yet. */
  readonly #unread: Set<number>;

  constructor(private readonly options: RunLedgerOptions) {
    this.#unread = new Set([...options.store.earlierResults()].map(({ row }) => row.number));
  }

  /** The results from before an interruption that this start has not come to. */
  *notReached(): Generator<FinishedResult, void> {
    for (const result of this.options.store.earlierResults())
      if (this.#unread.has(result.row.number)) yield result;
  }

  finishedBefore(row: Row): FinishedResult | undefined {
    if (this.#unread.size > 0) this.#unread.delete(row.number);
    return this.options.store.finishedBefore(row);
  }

  resumed(result: FinishedResult): void {
    this.options.counts.tally.add(result);
  }

  record(result: FinishedResult, question?: string): Promise<void> {
    return this.options.store.record(result, question);
  }

  finished(result: FinishedResult): void {
    const { counts, watch, stop, maxErrors, rowsKnown } = this.options;
    counts.tally.add(result);
    watch.rowFinished?.(result);
    if (result.status !== 'failed') return;
    this.#failedNow++;
    if (maxErrors && exceedsAllowance(maxErrors, this.#failedNow, counts.tally, rowsKnown)) {
      stop.request({ kind: 'max-errors', failed: this.#failedNow });
    }
  }

  abandoned(calls: number, spent?: Spending): void {
    const { counts, store } = this.options;
    counts.tally.addCalls(calls, spent);
    store.noteAbandoned(calls, spent);
  }
}
