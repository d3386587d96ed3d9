import { CallError } from '../fabric/call-error.js';
import type { Fabric, FabricCall, Inputs } from '../fabric/fabric.js';
import type { FinishedResult, RowResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';
import type { Batch, Executor } from './batch.js';
import type { CallSlots } from './call-slots.js';

export interface LocalExecutorOptions {
  /** The fabric with all its layers. */
  readonly fabric: Fabric;
  readonly slots: CallSlots;
  readonly inputsOf: (row: Row) => Inputs;
  /** The result of a row that was finished before an interruption. */
  readonly finishedBefore: (row: Row) => FinishedResult | undefined;
  /** Puts a result where no crash loses it. The row keeps its place in the air until then. */
  readonly record: (result: FinishedResult) => Promise<void>;
  /** Hears of every result, once it is safe. */
  readonly finished: (result: FinishedResult) => void;
  /** Hears of the calls that a row has cost when it is given up because the run stops. */
  readonly abandoned: (calls: number) => void;
  readonly isStopped: () => boolean;
  /** An error that no row is to blame for: the run stops. */
  readonly stopRun: (error: CallError) => void;
  /** The date and time for failures, in ms since 1970. */
  readonly wallNow: () => number;
}

/** Runs rows in this process, as many at a time as there are call slots, whatever batch they are of. */
export class LocalExecutor implements Executor {
  constructor(private readonly options: LocalExecutorOptions) {}

  run(batch: Batch): Promise<readonly RowResult[]> {
    return Promise.all(
      batch.rows.map((row) => this.options.finishedBefore(row) ?? this.options.slots.run(this.#runRow, row)),
    );
  }

  close(): Promise<void> {
    return this.options.fabric.close();
  }

  readonly #runRow = async (row: Row): Promise<RowResult> => {
    if (this.options.isStopped()) return { status: 'abandoned', row, calls: 0 };
    const call: FabricCall = { row: row.number, inputs: this.options.inputsOf(row), calls: 0, attempts: 0 };
    const result = await this.#call(row, call);
    if (result.status === 'abandoned') {
      this.options.abandoned(result.calls);
    } else {
      await this.options.record(result);
      this.options.finished(result);
    }
    return result;
  };

  async #call(row: Row, call: FabricCall): Promise<RowResult> {
    try {
      const { answer, latencyMs } = await this.options.fabric.run(call);
      return { status: 'answered', row, answer, calls: call.calls, latencyMs };
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.stopsRun) this.options.stopRun(error);
      if (error.stopsRun || error.kind === 'aborted') return { status: 'abandoned', row, calls: call.calls };
      const failure = {
        kind: error.kind,
        ...(error.details.status === undefined ? {} : { status: error.details.status }),
        message: error.message,
        attempts: call.attempts,
        failedAt: new Date(this.options.wallNow()).toISOString(),
      };
      return { status: 'failed', row, failure, calls: call.calls };
    }
  }
}
