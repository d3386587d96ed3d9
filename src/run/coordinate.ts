import { randomUUID } from 'node:crypto';
import type { Executor } from '../batch/batch.js';
import type { LiveCounts } from '../monitor/live-counts.js';
import { QueueExecutor } from '../queue/queue-executor.js';
import type { QueuedFabric, QueuedRun } from '../queue/queued-run.js';
import type { QueueConnection } from '../queue/redis-connection.js';
import type { CallPlan } from './call-plan.js';
import type { RowSinks } from './compose.js';
import type { FabricPlan } from './plan-fabric.js';
import { SetUpError } from './set-up-error.js';
import type { RunStop } from './stop.js';
import type { RunWorld } from './world.js';

export interface RowsToCoordinate {
  readonly connection: QueueConnection;
  readonly calls: CallPlan;
  readonly runId: string;
  /** What to call the run where several are listed. */
  readonly name: string;
  readonly sinks: RowSinks;
  readonly stop: RunStop;
  readonly counts: LiveCounts;
  readonly world: RunWorld;
}

/**
 * Opens the executor that has rows run by workers on a queue.
 *
 * @throws QueueError (held) where another coordinator has this run.
 */
export async function coordinate(rows: RowsToCoordinate): Promise<Executor> {
  const { connection, sinks, stop, counts, world } = rows;
  const executor = await QueueExecutor.open({
    ...sinks,
    connection,
    run: queuedRun(rows),
    token: randomUUID(),
    signal: stop.signal,
    onEvent: (news) => world.queueNews?.(news),
  });
  counts.inAir = () => executor.workers.reduce((calls, worker) => calls + worker.inAir, 0);
  counts.workers = () => executor.workers.length;
  return executor;
}

/** What workers need to know: no key is in it. */
function queuedRun({ calls, runId, name, world }: RowsToCoordinate): QueuedRun {
  const { rate, tokensPerMinute, attempts, timeoutMs, price } = calls;
  if (rate === 'auto') throw new SetUpError('a run on a queue needs a rate, or none');
  const { host, version } = world.self;
  return {
    id: runId,
    name,
    fabric: queuedFabric(calls.fabric),
    rate,
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
    ...(price === undefined ? {} : { price }),
    attempts,
    timeoutMs,
    coordinator: { host, version, pid: world.processes.pid },
    createdAt: world.clock.wallNow(),
  };
}

function queuedFabric(fabric: FabricPlan): QueuedFabric {
  return fabric.kind === 'local'
    ? { kind: 'on-device', name: fabric.name }
    : { kind: 'defined', definition: fabric.definition };
}
