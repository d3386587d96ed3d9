import { randomUUID } from 'node:crypto';
import type { Executor } from '../../batch/batch.js';
import { CallError } from '../../fabric/call-error.js';
import { Limiter } from '../../limits/limiter.js';
import type { LiveCounts } from '../../monitor/live-counts.js';
import { QueueExecutor } from '../../queue/coordinator/queue-executor.js';
import type { QueuedFabric, QueuedRun } from '../../queue/protocol/queued-run.js';
import { Channels } from '../../queue/redis/channels.js';
import type { QueueConnection } from '../../queue/redis/redis-connection.js';
import { RedisSlots } from '../../queue/redis/redis-slots.js';
import type { RowSinks } from '../calls/compose.js';
import type { RunContext } from '../control/context.js';
import type { RunStop } from '../control/stop.js';
import type { CallPlan } from '../plan/call-plan.js';
import type { FabricPlan } from '../plan/fabric.js';
import { SetUpError } from '../settings/set-up-error.js';

export interface RowsToCoordinate {
  readonly connection: QueueConnection;
  readonly calls: CallPlan;
  readonly runId: string;
  /** The rows are of a run that had answers. */
  readonly answeredBefore?: boolean;
  /** What to call the run where several are listed. */
  readonly name: string;
  readonly sinks: RowSinks;
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
  const run = queuedRun(rows);
  const executor = await QueueExecutor.open({
    ...sinks,
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
  counts.workers = () => executor.workers.length;
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
  new RedisSlots(connection, new Channels(connection), run).onPause((ms) => limiter.pauseFor(ms));
  return () => limiter.pausedForMs;
}

/** What workers need to know: no key is in it. */
function queuedRun({ calls, runId, name, counts, context, ...rows }: RowsToCoordinate): QueuedRun {
  const { rate, tokensPerMinute, attempts, timeoutMs, price } = calls;
  if (rate === 'auto') throw new SetUpError('a run on a queue needs a rate, or none');
  const { host, version } = context.self;
  const answeredBefore = rows.answeredBefore === true || counts.tally.succeeded > 0;
  return {
    id: runId,
    name,
    fabric: queuedFabric(calls.fabric),
    rate,
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
    ...(price === undefined ? {} : { price }),
    attempts,
    timeoutMs,
    ...(answeredBefore && { answeredBefore }),
    coordinator: { host, version, pid: context.processes.pid },
    createdAt: context.clock.wallNow(),
  };
}

function queuedFabric(fabric: FabricPlan): QueuedFabric {
  return fabric.kind === 'local'
    ? { kind: 'on-device', name: fabric.name }
    : { kind: 'defined', definition: fabric.definition };
}
