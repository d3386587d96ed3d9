import { randomUUID } from 'node:crypto';
import type { Clock } from '../../limits/clock.js';
import type { ConnectionEvent } from '../../queue/protocol/queue-news.js';
import { Channels } from '../../queue/redis/channels.js';
import { connectToQueue } from '../../queue/redis/redis-connection.js';
import { QueueWorker, type WorkerEvent } from '../../queue/worker/queue-worker.js';
import type { RunTimings } from '../control/timings.js';
import type { QueuePlan } from '../plan/queue.js';
import type { Environment } from '../settings/environment.js';
import { openQueuedRun } from './open-queued-run.js';

/** What a worker tells its owner. */
export type WorkerNews = WorkerEvent | ConnectionEvent;

export interface WorkerSettings {
  readonly queue: QueuePlan;
  /** As it is listed. */
  readonly name: string;
  /** Calls in the air, over all runs. */
  readonly concurrency: number;
  /** Where keys are, by the names of their variables. */
  readonly environment: Environment;
  /** Paths of the modules that may score answers here. */
  readonly scoreModules: readonly string[];
}

export interface WorkerContext {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly timings: RunTimings;
  readonly self: { readonly host: string; readonly pid: number; readonly version: string };
  readonly news: (news: WorkerNews) => void;
  /** Called when the worker takes batches. */
  readonly started: (worker: Pick<QueueWorker, 'runs' | 'rowsPerSecond' | 'inFlight'>) => void;
}

/**
 * Works on whatever runs are on a queue, until `signal` is aborted; then calls in the air get `timings.graceMs` to
 * land, and the rest is handed back.
 *
 * @throws QueueError where the queue cannot be used.
 */
export async function runWorker(
  settings: WorkerSettings,
  context: WorkerContext,
  signal: AbortSignal,
): Promise<void> {
  const { queue, name, concurrency, environment, scoreModules } = settings;
  const { clock, random, timings, self } = context;
  const connection = await connectToQueue(queue);
  connection.onEvent(context.news);
  const channels = new Channels(connection);
  const id = randomUUID();
  let callsReserved = 0;
  const nextCallId = () => `${id}:${callsReserved++}`;
  const worker = new QueueWorker({
    ...self,
    connection,
    id,
    name,
    concurrency,
    openRun: (run, sinks, calls) =>
      openQueuedRun(run, sinks, calls, {
        ...{ connection, channels, nextCallId, environment, scoreModules, clock, random, timings },
      }),
    hasKey: (keyEnv) => (environment[keyEnv] ?? '') !== '',
    onEvent: context.news,
    wallNow: () => clock.wallNow(),
    graceMs: timings.graceMs,
    timings: timings.queue,
  });
  try {
    await worker.start();
    context.started(worker);
    if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    }
  } finally {
    await worker.stop();
    channels.close();
    connection.close();
  }
}
