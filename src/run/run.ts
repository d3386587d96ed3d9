import type { Processes } from '../checkpoint/lock.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { Clock } from '../limits/clock.js';
import { type LiveCounts, liveCounts } from '../monitor/live-counts.js';
import { RunTally } from '../monitor/run-tally.js';
import { inputsReader } from '../rows/input-selection.js';
import { readRows } from '../rows/read-rows.js';
import { compose } from './compose.js';
import { exceedsAllowance } from './error-allowance.js';
import { type OpenedRun, openRun } from './open-run.js';
import { runPipeline } from './pipeline.js';
import type { Plan } from './plan.js';
import { rowStream } from './row-stream.js';
import type { RunStop, StopReason } from './stop.js';
import { type RunSummary, summarize } from './summary.js';

/** Calls in the air get this long to land when a run stops. */
const GRACE_MS = 10_000;

/** What a run needs of the world. */
export interface RunWorld {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly processes: Processes;
  /** Where rows go that have no file. */
  readonly standardOutput: NodeJS.WritableStream;
  /** Called when the first call is about to go out. */
  readonly started?: (run: RunningRun) => void;
}

/** A run as the progress display sees it. */
export interface RunningRun {
  readonly counts: LiveCounts;
  /** Rows done when this process took over. */
  readonly rowsBefore: number;
}

export type RunOutcome =
  | { readonly kind: 'finished'; readonly summary: RunSummary }
  | { readonly kind: 'stopped'; readonly reason: StopReason; readonly summary: RunSummary };

/**
 * Runs a plan to its end, or until `stop` is requested; then calls in the air get ten seconds to land,
 * and everything is saved for a later `--resume`.
 *
 * @throws LockHeldError, SetUpError before the first call; whatever else is thrown (a full disk) leaves a
 * checkpoint that resumes.
 */
export async function run(plan: Plan, stop: RunStop, world: RunWorld): Promise<RunOutcome> {
  if (plan.beginning.kind === 'finished') return alreadyFinished(plan, plan.beginning.checkpoint);
  const opened = await openRun(plan, stop, world);
  let outcome: RunOutcome;
  try {
    outcome = await runOpened(plan, opened, stop, world);
  } catch (error) {
    // What went wrong first is what a person has to hear, not that closing fails too.
    await opened.close().catch(() => {});
    throw error;
  }
  await opened.close();
  return outcome;
}

async function runOpened(plan: Plan, opened: OpenedRun, stop: RunStop, world: RunWorld): Promise<RunOutcome> {
  const { clock } = world;
  const startedAt = clock.now();
  const counts = liveCounts(new RunTally(opened.checkpoint.counts));
  const rowsBefore = counts.tally.succeeded + counts.tally.failed;
  let failedNow = 0;
  const finished = (result: FinishedResult) => {
    counts.tally.add(result);
    if (result.status === 'failed') failedNow++;
    if (plan.maxErrors && exceedsAllowance(plan.maxErrors, failedNow, counts.tally, plan.input.look)) {
      stop.request({ kind: 'max-errors', failed: failedNow });
    }
  };
  const executor = await compose({
    plan,
    runId: opened.checkpoint.runId,
    inputsOf: inputsReader(plan.columns, plan.inputs),
    store: opened.store,
    stop,
    counts,
    finished,
    clock,
    random: world.random,
  });
  const endGrace = graceOnStop(stop, clock, () => void executor.close());
  try {
    world.started?.({ counts, rowsBefore });
    const blocks = readRows(plan.input.source, plan.input.look.layout, {
      columns: plan.columns,
      from: plan.from,
      blockRows: plan.batchSize,
      badRows: plan.badRows === 'stop' ? 'stop' : 'collect',
      outputColumn: plan.outputColumn,
      ...(plan.limit === undefined ? {} : { lastRow: plan.limit }),
      ...(plan.outputLayout.format === 'jsonl' ? {} : { onlyColumns: new Set(plan.columns) }),
    });
    await runPipeline({
      rows: rowStream(blocks, stop),
      batchSize: plan.batchSize,
      concurrency: plan.concurrency,
      executor,
      store: opened.store,
    });
    if (stop.reason === undefined) {
      checkNothingLost(opened);
      await opened.store.finish();
    } else {
      await opened.store.save();
    }
  } finally {
    endGrace();
    await executor.close();
  }
  const summary = summarize(stop.reason === undefined ? opened.tally : counts.tally, {
    elapsedMs: opened.checkpoint.elapsedMs + clock.now() - startedAt,
    resumed: plan.beginning.kind !== 'new',
    finished: stop.reason === undefined,
    output: plan.output.path ?? '-',
    deadLetters: plan.output.deadLetters,
  });
  return stop.reason === undefined
    ? { kind: 'finished', summary }
    : { kind: 'stopped', reason: stop.reason, summary };
}

/** Rows in = rows answered + rows failed. Nobody should have to find out weeks later. */
function checkNothingLost({ store, tally }: OpenedRun): void {
  const accounted = tally.succeeded + tally.failed;
  if (accounted === store.rowsCommitted) return;
  throw new Error(
    `${store.rowsCommitted} rows were read, but ${accounted} are accounted for: this is a bug in batchai; the checkpoint is kept`,
  );
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

function alreadyFinished(plan: Plan, checkpoint: OpenedRun['checkpoint']): RunOutcome {
  const summary = summarize(new RunTally(checkpoint.counts), {
    elapsedMs: checkpoint.elapsedMs,
    resumed: true,
    finished: true,
    output: plan.output.path ?? '-',
    deadLetters: plan.output.deadLetters,
  });
  return { kind: 'finished', summary };
}
