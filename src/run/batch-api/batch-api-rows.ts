import type { AnswerMemory } from '../../batch/answer-memory.js';
import type { Executor } from '../../batch/batch.js';
import type { ResultLedger } from '../../batch/result-ledger.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import type { BatchesOut } from '../../monitor/live-counts.js';
import type { JsonObject, Row, RowBlock } from '../../rows/row.js';
import type { RunContext } from '../control/context.js';
import type { RunStop } from '../control/stop.js';
import type { BatchApiPlan } from '../plan/batch-api.js';
import type { CallPlan } from '../plan/call-plan.js';
import type { ReusePlan } from '../reuse/reuse-answers.js';

/** The rows of a run that go through a batch API. */
export interface BatchApiRows {
  readonly plan: BatchApiPlan;
  readonly calls: CallPlan;
  /** The input's name, for messages. */
  readonly input: string;
  /** The folder in which paths of files begin that rows name. */
  readonly filesFolder: string;
  /** The run's checkpoint folder. */
  readonly folder: string;
  readonly runId: string;
  /** Rows of the input that a checkpoint vouches for: what was kept for them goes. */
  readonly rowsVouched: () => number;
  /** Rows of the input that are in the output. */
  readonly rowsCommitted: () => number;
  /** The input from the first row that is not committed; read beside the pipeline, and ahead of it. */
  readonly blocks: () => AsyncGenerator<RowBlock, void>;
  readonly inputsOf: (row: Row) => JsonObject;
  readonly reuse: ReusePlan;
  readonly memory: AnswerMemory | undefined;
  readonly finishedBefore: (row: Row) => FinishedResult | undefined;
  readonly ledger: ResultLedger;
  /**
   * Opens the executor of live calls.
   *
   * @param spentBeside what was spent on rows that are not counted yet, in the unit of the price.
   */
  readonly openLive: (spentBeside: number) => Promise<Executor>;
  /** What may be spent in all; undefined: anything. */
  readonly maxCost: number | undefined;
  /** What is counted so far: in all, and through batches. */
  readonly counted: () => { readonly cost: number; readonly viaBatch: number };
  /** Takes what tells of the batches that are out, for who watches. */
  readonly tellBatches: (batches: () => BatchesOut | undefined) => void;
  /** Something was answered in this run before. */
  readonly answeredBefore: boolean;
  readonly stop: RunStop;
  readonly context: RunContext;
}
