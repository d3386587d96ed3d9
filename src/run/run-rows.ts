import type { FinishedResult } from '../fabric/row-result.js';
import type { Clock } from '../limits/clock.js';
import { type LiveCounts, liveCounts } from '../monitor/live-counts.js';
import { RunTally } from '../monitor/run-tally.js';
import type { JsonObject, Row, RowBlock } from '../rows/row.js';
import { type CallPlan, compose } from './compose.js';
import { exceedsAllowance } from './error-allowance.js';
import type { OpenedRun } from './open-run.js';
import { runPipeline } from './pipeline.js';
import { mostInAir } from './plan-limits.js';
import { rowStream } from './row-stream.js';
import type { MaxErrors } from './settings.js';
import type { RunStop, StopReason } from './stop.js';
import type { RunSummary } from './summary.js';
import type { RunWorld } from './world.js';

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
  const executor = await compose({
    plan: rows.calls,
    runId: opened.checkpoint.runId,
    inputsOf: rows.inputsOf,
    store: opened.store,
    stop,
    counts,
    finished: countAndWatch(rows, counts, stop),
    clock,
    random: world.random,
  });
  const endGrace = graceOnStop(stop, clock, () => void executor.close());
  counts.bytesDone = () => opened.store.position.offset;
  try {
    world.started?.(counts);
    const { batchSize, calls } = rows;
    const { store } = opened;
    await runPipeline({
      rows: rowStream(rows.blocks, stop),
      batchSize,
      concurrency: mostInAir(calls),
      executor,
      store,
    });
    if (stop.reason !== undefined) {
      await store.save();
      return counts.tally;
    }
    await store.finish();
    return opened.tally;
  } finally {
    endGrace();
    await executor.close();
  }
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
