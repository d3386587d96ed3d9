import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Clock } from '../../limits/clock.js';
import { openWorkerPages, type WorkerPagesSettings } from '../../monitor/worker-pages.js';
import type { ConnectionEvent } from '../../queue/protocol/queue-news.js';
import { Channels } from '../../queue/redis/channels.js';
import { connectToQueue, type QueueConnection } from '../../queue/redis/redis-connection.js';
import { QueueWorker, type WorkerEvent } from '../../queue/worker/queue-worker.js';
import type { WorkerWatch } from '../../queue/worker/served-run.js';
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
  /** Where its health and its metrics can be read. */
  readonly pages: WorkerPagesSettings;
  /** Calls in flight get so long to land when a run or the worker stops, in ms. */
  readonly graceMs: number;
}

export interface WorkerContext {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly timings: RunTimings;
  readonly self: { readonly host: string; readonly pid: number; readonly version: string };
  readonly news: (news: WorkerNews) => void;
  /** Called when the worker takes batches, with where its health and its metrics are, in words. */
  readonly started: (
    worker: Pick<QueueWorker, 'runs' | 'rowsPerSecond' | 'inFlight'>,
    places: readonly string[],
  ) => void;
}

/**
 * Works on whatever runs are on a queue, until `signal` is aborted; then calls in the air get `graceMs` to land, and the
 * rest is handed back.
 *
 * @throws QueueError where the queue cannot be used; PagesServerError where health or metrics cannot be served.
 */
export async function runWorker(
  settings: WorkerSettings,
  context: WorkerContext,
  signal: AbortSignal,
): Promise<void> {
  const { name, pages: pagesSettings } = settings;
  const { started, self } = context;
  const served: { worker?: QueueWorker; connection?: QueueConnection } = {};
  const pages = await openWorkerPages(pagesSettings, {
    ...self,
    name,
    inFlight: () => served.worker?.inFlight ?? 0,
    runs: () => served.worker?.runs.length ?? 0,
    problem: () => {
      if (signal.aborted) return 'stopping';
      if (served.connection === undefined) return 'starting';
      return served.connection.isUp ? undefined : 'no connection to Redis';
    },
  });
  try {
    served.connection = await connectToQueue(settings.queue);
    served.connection.onEvent(context.news);
    const channels = new Channels(served.connection);
    const worker = workerOf(settings, context, served.connection, channels, pages.metrics);
    served.worker = worker;
    try {
      await worker.start();
      started(worker, pages.places);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await worker.stop();
      channels.close();
    }
  } finally {
    served.connection?.close();
    await pages.close();
  }
}

function workerOf(
  { name, concurrency, environment, scoreModules, graceMs }: WorkerSettings,
  { clock, random, timings, self, news }: WorkerContext,
  connection: QueueConnection,
  channels: Channels,
  watch: WorkerWatch,
): QueueWorker {
  const id = randomUUID();
  let callsReserved = 0;
  const nextCallId = () => `${id}:${callsReserved++}`;
  return new QueueWorker({
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
    onEvent: news,
    watch,
    wallNow: () => clock.wallNow(),
    graceMs,
    timings: timings.queue,
  });
}
