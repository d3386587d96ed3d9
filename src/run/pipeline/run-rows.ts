import type { Executor } from '../../batch/batch.js';
import type { AnsweredSteps } from '../../fabric/fabric.js';
import { Budget } from '../../limits/budget.js';
import { type BudgetLayers, layersOfBudget } from '../../limits/budget-layers.js';
import type { LimitPart } from '../../limits/shared/shared-rate.js';
import { allWatches } from '../../monitor/all-watches.js';
import { type LiveCounts, liveCounts, type PaceLimits } from '../../monitor/live-counts.js';
import type { RunTally } from '../../monitor/run-tally.js';
import type { StartFacts } from '../../monitor/run-watch.js';
import type { QueueConnection } from '../../queue/redis/redis-connection.js';
import type { JsonObject, Row, RowBlock } from '../../rows/row.js';
import { compose, type RowSinks } from '../calls/compose.js';
import type { RunContext } from '../control/context.js';
import { stopAtDeadline } from '../control/deadline.js';
import { graceOnStop } from '../control/grace.js';
import type { RunStop } from '../control/stop.js';
import type { BatchApiPlan } from '../plan/batch-api.js';
import type { AllowancePlan } from '../plan/budget.js';
import { type CallPlan, partsOf } from '../plan/call-plan.js';
import { mostInFlight } from '../plan/limits.js';
import { type ReusePlan, reuseAnswers } from '../reuse/reuse-answers.js';
import { readJournaled } from '../saved/journaled.js';
import { addSteps } from '../saved/unfinished-steps.js';
import type { MaxErrors } from '../settings/limit-settings.js';
import type { QueueFiles } from '../settings/queue-files.js';
import { budgetOfRun, type RunBudget } from './budget-of-run.js';
import type { OpenedRun } from './opened-run.js';
import { runPipeline } from './pipeline.js';
import { rowStream } from './row-stream.js';
import { RunLedger } from './run-ledger.js';

/** The window between reader and writer is sized for so many calls in the air of all workers together. */
const CALLS_OF_WORKERS = 100;

/** What a run over a batch API needs, besides what every run does. */
export interface BatchesOfRun {
  readonly plan: BatchApiPlan;
  /** The run's checkpoint folder. */
  readonly folder: string;
  /** The same blocks as the run's own, from the first one on, for who reads ahead. */
  readonly blocks: () => AsyncGenerator<RowBlock, void>;
}

/** The rows of a run or of a retry, and how they are to be run. */
export interface RowsToRun {
  readonly calls: CallPlan;
  /** The queue that workers take the rows from; undefined: they are run here. */
  readonly connection: QueueConnection | undefined;
  /** How these come to the files that rows name. */
  readonly queueFiles?: QueueFiles | undefined;
  /** The batch API that the rows go through; undefined: each is a live call. */
  readonly batches?: BatchesOfRun | undefined;
  /** What to call it where several runs are listed. */
  readonly name: string;
  /** What whoever watches is told before the first call. */
  readonly facts: StartFacts;
  readonly batchSize: number;
  readonly maxErrors: MaxErrors | undefined;
  /** The rows are of a run that had answers. */
  readonly answeredBefore?: boolean;
  /** What may be spent, and until when. */
  readonly allowance: AllowancePlan;
  /** Whose answers rows may have without a call. */
  readonly reuse: ReusePlan;
  /** The folder in which paths of files begin that rows name. */
  readonly filesFolder: string;
  /** The number of rows, where it is known to be a small one. */
  readonly rowsKnown: number | undefined;
  readonly blocks: AsyncGenerator<RowBlock, void>;
  readonly inputsOf: (row: Row) => JsonObject;
  /** The answers that a row's steps have from an earlier run. */
  readonly answeredOf?: (row: Row) => AnsweredSteps | undefined;
}

/**
 * Runs rows into a store until there are no more, or until `stop` is requested; then calls in the air get
 * ten seconds to land, and everything is saved. The store is finished, or saved, but not closed.
 *
 * @returns what has a result: of a stopped run also what is journaled, but not yet committed.
 */
export async function runRows(
  rows: RowsToRun,
  opened: OpenedRun,
  stop: RunStop,
  context: RunContext,
): Promise<RunTally> {
  const { clock } = context;
  const counts = liveCounts(opened.tally.startingFrom(opened.checkpoint.counts));
  const limit = context.joinLimit?.();
  const { watch } = context;
  const { maxErrors, rowsKnown } = rows;
  const ledger = new RunLedger({ store: opened.store, counts, watch, stop, maxErrors, rowsKnown });
  const executor = await openExecutor(rows, opened, stop, { ...context, limit, ledger }, counts);
  const endGrace = graceOnStop(stop, context.clock, context.timings.graceMs, () => void executor.close());
  const endDeadline = stopAtDeadline(
    rows.allowance.deadline,
    stop,
    clock,
    () => counts.tally.latency.summary().p99,
  );
  counts.bytesDone = () => opened.store.position.offset;
  counts.costUnit = rows.facts.costUnit;
  counts.costIsGuess = rows.facts.costIsGuess;
  counts.pace = paceOf(rows);
  try {
    context.watch.started?.(rows.facts, counts);
    const { batchSize, calls } = rows;
    const { store } = opened;
    await runPipeline({
      rows: rowStream(rows.blocks, stop),
      batchSize,
      concurrency: rows.connection === undefined ? mostInFlight(calls) : CALLS_OF_WORKERS,
      executor,
      store,
      onStart: (waitsForSlowRow) => {
        counts.waitsForSlowRow = waitsForSlowRow;
      },
      watch: context.watch,
    });
    if (stop.reason !== undefined) {
      await store.save();
      for (const result of ledger.notReached()) counts.tally.add(result);
      await countUnfinished(calls, opened, counts.tally);
      return counts.tally;
    }
    await store.finish();
    await executor.finish();
    return opened.tally;
  } finally {
    endGrace();
    endDeadline();
    await executor.close();
    limit?.leave();
  }
}

/** Adds the steps of rows that have no result: a stopped run has paid for them too. */
async function countUnfinished(
  calls: CallPlan,
  { folder, store }: Pick<OpenedRun, 'folder' | 'store'>,
  tally: RunTally,
): Promise<void> {
  const parts = partsOf(calls);
  if (folder === undefined || parts.length === 0) return;
  const committed = { rowsCommitted: store.position.row };
  const { steps } = await readJournaled(folder, committed, Number.POSITIVE_INFINITY);
  addSteps(tally, steps, parts);
}

/** Undefined where nobody would gain by raising it: on this machine, or where others make the calls. */
function paceOf({ calls, connection, batches }: RowsToRun): PaceLimits | undefined {
  const { fabric, tiers } = calls;
  const isOfService = fabric.kind === 'promptha' || fabric.kind === 'model';
  return isOfService && connection === undefined && batches === undefined && tiers === undefined
    ? calls
    : undefined;
}

/** Rows are run here, or on a queue by workers elsewhere; what has been answered already is not run. */
async function openExecutor(
  rows: RowsToRun,
  { store, checkpoint, memory }: OpenedRun,
  stop: RunStop,
  context: RunContext & { readonly limit: LimitPart | undefined; readonly ledger: RunLedger },
  counts: LiveCounts,
): Promise<Executor> {
  const { watch, limit, ledger } = context;
  const reuse = reuseAnswers(rows.reuse, {
    ledger,
    earlier: ledger,
    memory,
    wallNow: () => context.clock.wallNow(),
    watch,
  });
  const sinks: RowSinks = {
    inputsOf: rows.inputsOf,
    ...(rows.answeredOf && { answeredOf: rows.answeredOf }),
    ledger: reuse.ledger,
    ...(watch.rowStarted && { started: ({ number }) => watch.rowStarted?.(number) }),
    stopRun: (error) => stop.request({ kind: 'service', error }),
  };
  const { connection, calls } = rows;
  const { runId } = checkpoint;
  const counting = allWatches([{ callRetried: () => void counts.retrying++ }, watch]);
  const budget = budgetOfRun(rows.allowance, partsOf(calls), store, counts.tally);
  if (budget !== undefined) counts.budget = budget.limits;
  if (connection !== undefined) {
    const { coordinate } = await import('../queue/coordinate.js');
    const counted = { ...context, watch: counting };
    return reuse.around(
      await coordinate({
        ...{ ...rows, connection, runId, sinks, stop, counts },
        ...{ steps: store, budget, context: counted },
      }),
    );
  }
  const openLive = async (spentBeside: number): Promise<Executor> => {
    const layers = openBudget(budget, counts, stop, spentBeside);
    const { executor, inFlight, holdups } = await compose({
      plan: calls,
      runId,
      filesFolder: rows.filesFolder,
      answeredBefore: () => rows.answeredBefore === true || counts.tally.succeeded > 0,
      sinks,
      steps: store,
      signal: stop.signal,
      ...(layers === undefined ? {} : { budget: layers }),
      ...(limit === undefined ? {} : { sharedLimitOf: () => limit }),
      watch: counting,
      clock: context.clock,
      random: context.random,
      backoff: context.timings.backoff,
    });
    counts.inFlight = inFlight;
    counts.holdups = holdups;
    return executor;
  };
  if (rows.batches !== undefined) {
    const { openBatchApi } = await import('../batch-api/open-batch-api.js');
    return reuse.around(
      await openBatchApi({
        ...rows.batches,
        filesFolder: rows.filesFolder,
        input: rows.facts.run.input,
        ...{ calls, runId, memory, stop, context },
        rowsVouched: () => store.rowsVouched,
        rowsCommitted: () => store.position.row,
        inputsOf: rows.inputsOf,
        reuse: rows.reuse,
        finishedBefore: (row) => store.finishedBefore(row),
        ledger: reuse.ledger,
        answeredBefore: counts.tally.succeeded > 0,
        tellBatches: (batches) => {
          counts.batches = batches;
        },
        openLive,
        maxCost: rows.allowance.maxCost,
        counted: () => counts.tally.spending,
      }),
    );
  }
  return reuse.around(await openLive(0));
}

function openBudget(
  budget: RunBudget | undefined,
  counts: LiveCounts,
  stop: RunStop,
  spentBeside: number,
): BudgetLayers | undefined {
  if (budget === undefined) return undefined;
  const { cost, calls } = budget.spent();
  const own = new Budget(budget.limits, { cost: cost + spentBeside, calls }, (end) =>
    stop.request({ kind: 'budget', end }),
  );
  for (const [kind, dearest] of budget.dearest) own.expect(kind, dearest);
  counts.budgetShare = () => own.share;
  return layersOfBudget(own);
}
