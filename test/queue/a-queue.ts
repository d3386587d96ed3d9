import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { CallError } from '../../src/fabric/call-error.js';
import type { FinishedResult } from '../../src/fabric/row-result.js';
import { QueueExecutor } from '../../src/queue/coordinator/queue-executor.js';
import type { QueueExecutorOptions } from '../../src/queue/coordinator/queue-executor-options.js';
import type { QueueError } from '../../src/queue/protocol/queue-error.js';
import type { CoordinatorEvent } from '../../src/queue/protocol/queue-news.js';
import type { QueuedRun } from '../../src/queue/protocol/queued-run.js';
import { connectToQueue, type QueueConnection } from '../../src/queue/redis/redis-connection.js';
import {
  QueueWorker,
  type QueueWorkerOptions,
  type WorkerEvent,
} from '../../src/queue/worker/queue-worker.js';
import type { OpenRun } from '../../src/queue/worker/served-run-executor.js';
import type { TestRedis } from '../support/redis-for-test.js';
import { SHORT } from './opening.js';

export { opening, SHORT } from './opening.js';

export function aRun(more: Partial<QueuedRun> = {}): QueuedRun {
  return {
    id: randomUUID(),
    name: 'a.csv → b.csv',
    stack: '',
    fabric: { kind: 'on-device', name: 'keywords' },
    rate: 'none',
    attempts: 3,
    timeoutMs: 60_000,
    coordinator: { host: 'here', pid: 1, version: '0.0.0' },
    createdAt: 0,
    ...more,
  };
}

/** A connection that is closed when the running test ends. */
export async function connected({ url }: Pick<TestRedis, 'url'>, prefix?: string): Promise<QueueConnection> {
  const connection = await connectToQueue({ url, prefix });
  onTestFinished(() => connection.close());
  return connection;
}

export interface StartedWorker {
  readonly worker: QueueWorker;
  readonly events: WorkerEvent[];
}

/** A worker that is stopped when the running test ends. */
export async function aWorker(
  connection: QueueConnection,
  openRun: OpenRun,
  options: Partial<QueueWorkerOptions> = {},
): Promise<StartedWorker> {
  const events: WorkerEvent[] = [];
  const worker = new QueueWorker({
    connection,
    id: randomUUID(),
    name: 'a worker',
    host: 'here',
    pid: 2,
    version: '0.0.0',
    concurrency: 10,
    openRun,
    hasKey: () => true,
    onEvent: (event) => events.push(event),
    wallNow: Date.now,
    graceMs: 10_000,
    timings: SHORT,
    ...options,
  });
  await worker.start();
  onTestFinished(() => worker.stop(0));
  return { worker, events };
}

export interface StartedCoordinator {
  readonly executor: QueueExecutor;
  readonly recorded: FinishedResult[];
  readonly stops: (CallError | QueueError)[];
  readonly abandonedCalls: number[];
  readonly events: CoordinatorEvent[];
  /** Stops the run, as an interruption does. */
  readonly stop: () => void;
}

/** A coordinator that is closed when the running test ends. */
export async function aCoordinator(
  connection: QueueConnection,
  options: Partial<QueueExecutorOptions> = {},
): Promise<StartedCoordinator> {
  const recorded: FinishedResult[] = [];
  const stops: (CallError | QueueError)[] = [];
  const abandonedCalls: number[] = [];
  const events: CoordinatorEvent[] = [];
  const stopping = new AbortController();
  const executor = await QueueExecutor.open({
    connection,
    run: aRun(),
    token: randomUUID(),
    inputsOf: ({ number }) => ({ number }),
    ledger: {
      record: async (result) => {
        recorded.push(result);
      },
      finished: () => {},
      abandoned: (calls) => {
        if (calls > 0) abandonedCalls.push(calls);
      },
    },
    steps: { stepsOf: () => new Map(), recordStep: async () => {} },
    stopRun: (error) => stops.push(error),
    budgetUsedUp: () => {},
    signal: stopping.signal,
    watch: { queue: (event) => void events.push(event) },
    timings: SHORT,
    ...options,
  });
  onTestFinished(() => executor.close());
  return { executor, recorded, stops, abandonedCalls, events, stop: () => stopping.abort() };
}
