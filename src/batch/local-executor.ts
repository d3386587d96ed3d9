import { CallError } from '../fabric/call-error.js';
import type { AnsweredSteps, Fabric, FabricCall, Inputs, Spending, TierRecord } from '../fabric/fabric.js';
import type { Failure, FinishedResult, RowResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';
import type { Batch, Executor } from './batch.js';
import type { CallSlots } from './call-slots.js';
import type { ResultLedger } from './result-ledger.js';

export interface LocalExecutorOptions {
  /** The fabric with all its layers. */
  readonly fabric: Fabric;
  readonly slots: CallSlots;
  /** Rows that wait for a slot, below which another batch is wanted. */
  readonly backlog: number;
  readonly inputsOf: (row: Row) => Inputs;
  /** The answers that a row's steps have from before. */
  readonly answeredOf?: (row: Row) => AnsweredSteps | undefined;
  readonly ledger: ResultLedger;
  /** Hears that a row has its place among the calls in the air. */
  readonly started?: (row: Row) => void;
  readonly isStopped: () => boolean;
  /** An error that no row is to blame for: the run stops. */
  readonly stopRun: (error: CallError) => void;
  /** The date and time for failures, in ms since 1970. */
  readonly wallNow: () => number;
}

/** Runs rows in this process, as many at a time as there are call slots, whatever batch they are of. */
export class LocalExecutor implements Executor {
  #listener = () => {};
  /** Batches with rows that have not started, the oldest first. */
  readonly #waiting: BatchRun[] = [];
  #rowsWaiting = 0;

  constructor(private readonly options: LocalExecutorOptions) {}

  get wantsMore(): boolean {
    return this.#rowsWaiting < this.options.backlog;
  }

  onWant(listener: () => void): void {
    this.#listener = listener;
  }

  run({ rows }: Batch): Promise<readonly RowResult[]> {
    if (rows.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        rows,
        results: new Array(rows.length),
        next: 0,
        left: rows.length,
        resolve,
        reject,
      });
      this.#rowsWaiting += rows.length;
      this.startRows();
    });
  }

  /** Fills the free call slots with the rows that come next. */
  startRows(): void {
    const { slots } = this.options;
    while (slots.hasFree) {
      const first = this.#nextRow();
      if (first === undefined) break;
      slots.run(this.#runRows, first).then(
        () => this.startRows(),
        // Its batch has heard of it. What other rows were answered now would be lost as well: none starts.
        () => {},
      );
    }
    if (this.wantsMore) this.#listener();
  }

  /** Nothing is kept elsewhere. */
  async finish(): Promise<void> {}

  close(): Promise<void> {
    return this.options.fabric.close();
  }

  /** Takes the row that comes next from its batch. */
  #nextRow(): RowToRun | undefined {
    const batch = this.#waiting[0];
    if (batch === undefined) return undefined;
    const index = batch.next++;
    if (batch.next === batch.rows.length) this.#waiting.shift();
    const row = batch.rows[index];
    if (row === undefined) return undefined;
    this.#rowsWaiting--;
    return { batch, index, row };
  }

  /** Runs one row after another in one call slot, as long as there are rows and the slot is not wanted back. */
  readonly #runRows = async (first: RowToRun): Promise<void> => {
    let next: RowToRun | undefined = first;
    while (next !== undefined) {
      const { batch, index, row }: RowToRun = next;
      try {
        batch.results[index] = await this.#runRow(row);
      } catch (error) {
        batch.reject(error);
        throw error;
      }
      if (--batch.left === 0) batch.resolve(batch.results);
      if (this.options.slots.isOverdrawn) return;
      next = this.#nextRow();
      if (this.wantsMore) this.#listener();
      next ??= this.#nextRow();
    }
  };

  async #runRow(row: Row): Promise<RowResult> {
    const { options } = this;
    if (options.isStopped()) return { status: 'abandoned', row, calls: 0 };
    options.started?.(row);
    const call: FabricCall = { row: row.number, inputs: options.inputsOf(row), calls: 0, attempts: 0 };
    if (row.attached !== undefined) call.attached = row.attached;
    const answered = options.answeredOf?.(row);
    if (answered !== undefined) call.answered = answered;
    let result: FinishedResult;
    try {
      const { answer, latencyMs, model } = await options.fabric.run(call);
      result = { status: 'answered', row, answer, calls: call.calls, latencyMs, ...recordOf(call) };
      if (model !== undefined) result = { ...result, model };
    } catch (error) {
      const failure = this.#failureOf(error, call);
      if (failure === undefined) {
        options.ledger.abandoned(call.calls, call.spent);
        return {
          status: 'abandoned',
          row,
          calls: call.calls,
          ...(call.spent !== undefined && { spent: call.spent }),
        };
      }
      result = { status: 'failed', row, failure, calls: call.calls, ...recordOf(call) };
    }
    await options.ledger.record(result);
    options.ledger.finished(result);
    return result;
  }

  /** What to put on the row, or undefined where the row is not to blame. */
  #failureOf(error: unknown, call: FabricCall): Failure | undefined {
    if (!(error instanceof CallError)) throw error;
    if (error.stopsRun) this.options.stopRun(error);
    if (error.stopsRun || error.kind === 'aborted') return undefined;
    return {
      kind: error.kind,
      ...(error.details.status === undefined ? {} : { status: error.details.status }),
      message: error.message,
      ...(error.details.step === undefined ? {} : { step: error.details.step }),
      ...(call.answered === undefined ? {} : { answered: call.answered }),
      attempts: call.attempts,
      failedAt: new Date(this.options.wallNow()).toISOString(),
    };
  }
}

/** What is known of a call's price and of its way up the tiers, where there is something. */
function recordOf({ spent, tiers }: FabricCall): { spent?: Spending; tiers?: TierRecord } | undefined {
  if (spent === undefined && tiers === undefined) return undefined;
  if (tiers === undefined) return spent && { spent };
  return spent === undefined ? { tiers } : { spent, tiers };
}

/** A row of a batch that has its slot. */
interface RowToRun {
  readonly batch: BatchRun;
  readonly index: number;
  readonly row: Row;
}

/** A batch on its way. */
interface BatchRun {
  readonly rows: readonly Row[];
  /** In the order of the rows, with holes until all are there. */
  readonly results: RowResult[];
  /** The index of the row that starts next. */
  next: number;
  /** Rows without a result. */
  left: number;
  readonly resolve: (results: readonly RowResult[]) => void;
  readonly reject: (error: unknown) => void;
}
