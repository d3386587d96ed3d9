import { randomUUID } from 'node:crypto';
import type { Executor } from '../../batch/batch.js';
import { CallError } from '../../fabric/call-error.js';
import type { StepHistory } from '../../fabric/step-outcome.js';
import { Limiter } from '../../limits/limiter.js';
import { rateFinding } from '../../limits/shared/found-rate.js';
import type { LiveCounts } from '../../monitor/live-counts.js';
import type { QueuedBudget } from '../../queue/coordinator/budget-watch.js';
import { QueueExecutor } from '../../queue/coordinator/queue-executor.js';
import { callsOf, type QueuedRun } from '../../queue/protocol/queued-run.js';
import { Channels } from '../../queue/redis/channels.js';
import type { QueueConnection } from '../../queue/redis/redis-connection.js';
import { RedisSlots } from '../../queue/redis/redis-slots.js';
import type { RowSinks } from '../calls/compose.js';
import type { RunContext } from '../control/context.js';
import type { RunStop } from '../control/stop.js';
import type { CallPlan } from '../plan/call-plan.js';
import type { QueueFiles } from '../settings/queue-files.js';
import { filesToSend } from './files-to-send.js';
import { queuedRun } from './queued-run.js';

export interface RowsToCoordinate {
  readonly connection: QueueConnection;
  readonly calls: CallPlan;
  readonly runId: string;
  /** The folder in which paths of files begin that rows name. */
  readonly filesFolder: string;
  /** How workers come to them; undefined: rows name none. */
  readonly queueFiles?: QueueFiles | undefined;
  /** The rows are of a run that had answers. */
  readonly answeredBefore?: boolean;
  /** What to call the run where several are listed. */
  readonly name: string;
  readonly sinks: RowSinks;
  /** Where the steps of rows are kept, and those from before an interruption are. */
  readonly steps: StepHistory;
  /** What may be spent; undefined: anything. */
  readonly budget: QueuedBudget | undefined;
  readonly stop: RunStop;
  readonly counts: LiveCounts;
  readonly context: RunContext;
}

/**
 * Opens the executor that has rows run by workers on a queue.
 *
 * @throws QueueError (held) where another coordinator has this run.
 */
export async function coordinate(rows: RowsToCoordinate): Promise<Executor> {
  const { connection, sinks, stop, counts, context } = rows;
  const { watch } = context;
  const answeredBefore = rows.answeredBefore === true || counts.tally.succeeded > 0;
  const run = await queuedRun({ ...rows, answeredBefore, budget: rows.budget?.limits }, context);
  const executor = await QueueExecutor.open({
    ...sinks,
    steps: rows.steps,
    ...(run.files?.kind === 'sent' && {
      files: filesToSend(run.files.columns, rows.filesFolder, sinks.inputsOf),
    }),
    ...(rows.budget && { budget: rows.budget }),
    budgetUsedUp: (end) => stop.request({ kind: 'budget', end }),
    watch,
    stopRun: (error) =>
      error instanceof CallError ? sinks.stopRun(error) : stop.request({ kind: 'failure', error }),
    connection,
    run,
    token: randomUUID(),
    signal: stop.signal,
    timings: context.timings.queue,
  });
  const pausedForMs = hearPauses(run, rows);
  counts.inFlight = () => executor.calls.inFlight;
  counts.holdups = () => {
    const { forLimit, inBackoff } = executor.calls;
    return { forLimit, pausedForMs: pausedForMs(), inBackoff };
  };
  if (rows.budget !== undefined) counts.budgetShare = () => executor.budgetShare;
  counts.workers = () => executor.workers.length;
  counts.elsewhere = () => executor.resultsElsewhere;
  return executor;
}

/**
 * Hears of the pauses that services ask for, as each worker does: one of them has met it, and all of them wait.
 *
 * @returns for how many ms no call of anybody's may start.
 */
function hearPauses(run: QueuedRun, { connection, context }: RowsToCoordinate): () => number {
  const onPause = (ms: number) => context.watch.waiting?.('service-pause', ms);
  const limiter = new Limiter({ rate: 'none', tokensPerMinute: undefined, clock: context.clock, onPause });
  const channels = new Channels(connection);
  for (const calls of callsOf(run))
    new RedisSlots(connection, channels, run.id, calls, rateFinding).onPause((ms) => limiter.pauseFor(ms));
  return () => limiter.pausedForMs;
}
