import type { Executor } from '../batch/batch.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { Clock } from '../limits/clock.js';
import { type LiveCounts, liveCounts } from '../monitor/live-counts.js';
import { RunTally } from '../monitor/run-tally.js';
import type { QueueConnection } from '../queue/redis-connection.js';
import type { JsonObject, Row, RowBlock } from '../rows/row.js';
import { type CallPlan, compose, type RowSinks } from './compose.js';
import { exceedsAllowance } from './error-allowance.js';
import type { OpenedRun } from './open-run.js';
import { runPipeline } from './pipeline.js';
import { mostInAir } from './plan-limits.js';
import { rowStream } from './row-stream.js';
import type { MaxErrors } from './settings.js';
import type { RunStop, StopReason } from './stop.js';
import type { RunSummary } from './summary.js';
import type { RunWorld } from './world.js';

/** The window between reader and writer is sized for so many calls in the air of all workers together. */
const CALLS_OF_WORKERS = 100;

/** Calls in the air get this long to land when a run stops. */
const GRACE_MS = 10_000;

export type RunOutcome =
  /** It was finished before. */
  | { readonly kind: 'nothing-to-do'; readonly summary: RunSummary }
  | { readonly kind: 'finished'; readonly summary: RunSummary }
  | { readonly kind: 'stopped'; readonly reason: StopReason; readonly summary: RunSummary };

/** The rows of a run or of a retry, and how they are to be run. */
export interface RowsToRun {
  readonly calls: CallPlan;
  /** The queue that workers take the rows from; undefined: they are run here. */
  readonly connection: QueueConnection | undefined;
  /** What to call it where several runs are listed. */
  readonly name: string;
  readonly batchSize: number;
  readonly maxErrors: MaxErrors | undefined;
  /** The number of rows, where it is known to be a small one. */
  readonly rowsKnown: number | undefined;
  readonly blocks: AsyncGenerator<RowBlock, void>;
  readonly inputsOf: (row: Row) => JsonObject;
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
  world: RunWorld,
): Promise<RunTally> {
  const { clock } = world;
  const counts = liveCounts(new RunTally(opened.checkpoint.counts));
  const executor = await openExecutor(rows, opened, stop, world, counts);
  const endGrace = graceOnStop(stop, clock, () => void executor.close());
  counts.bytesDone = () => opened.store.position.offset;
  try {
    world.started?.(counts);
    const { batchSize, calls } = rows;
    const { store } = opened;
    await runPipeline({
      rows: rowStream(rows.blocks, stop),
      batchSize,
      concurrency: rows.connection === undefined ? mostInAir(calls) : CALLS_OF_WORKERS,
      executor,
      store,
    });
    if (stop.reason !== undefined) {
      await store.save();
      return counts.tally;
    }
    await store.finish();
    await executor.finish();
    return opened.tally;
  } finally {
    endGrace();
    await executor.close();
  }
}

/** Rows are run here, or on a queue by workers elsewhere. */
async function openExecutor(
  rows: RowsToRun,
  { store, checkpoint }: OpenedRun,
  stop: RunStop,
  world: RunWorld,
  counts: LiveCounts,
): Promise<Executor> {
  const sinks: RowSinks = {
    inputsOf: rows.inputsOf,
    finishedBefore: (row) => {
      const result = store.finishedBefore(row);
      if (result !== undefined) counts.tally.add(result);
      return result;
    },
    record: (result) => store.record(result),
    finished: countAndWatch(rows, counts, stop),
    abandoned: (calls) => store.noteAbandoned(calls),
    stopRun: (error) => stop.request({ kind: 'service', error }),
  };
  const { connection } = rows;
  if (connection !== undefined) {
    const { coordinate } = await import('./coordinate.js');
    return coordinate({ ...rows, connection, runId: checkpoint.runId, sinks, stop, counts, world });
  }
  const { executor, inAir } = await compose({
    plan: rows.calls,
    runId: checkpoint.runId,
    sinks,
    signal: stop.signal,
    onArrival: () => store.expectResult(),
    onRetry: () => {
      counts.retrying++;
    },
    clock: world.clock,
    random: world.random,
  });
  counts.inAir = inAir;
  return executor;
}

/** Counts each new result, and stops the run when more rows fail than `--max-errors` allows. */
function countAndWatch({ maxErrors, rowsKnown }: RowsToRun, counts: LiveCounts, stop: RunStop) {
  let failedNow = 0;
  return (result: FinishedResult) => {
    counts.tally.add(result);
    if (result.status !== 'failed') return;
    failedNow++;
    if (maxErrors && exceedsAllowance(maxErrors, failedNow, counts.tally, rowsKnown)) {
      stop.request({ kind: 'max-errors', failed: failedNow });
    }
  };
}

function graceOnStop(stop: RunStop, clock: Clock, end: () => void): () => void {
  let cancel = () => {};
  const start = () => {
    cancel = clock.after(GRACE_MS, end);
  };
  stop.signal.addEventListener('abort', start, { once: true });
  return () => {
    cancel();
    stop.signal.removeEventListener('abort', start);
  };
}
