import { Registry } from 'prom-client';
import { gauge, labelledGauge } from './collected.js';
import type { Metrics } from './metrics.js';
import { addResults } from './prometheus-text.js';

/** A worker at the moment. */
export interface WorkerFacts {
  readonly name: string;
  readonly host: string;
  /** Of batchai. */
  readonly version: string;
  /** Calls that have gone out and have not come back. */
  readonly inFlight: () => number;
  /** Runs that it serves. */
  readonly runs: () => number;
  /** True if it can take batches. */
  readonly isReady: () => boolean;
}

/** Returns a function that gives a worker's present metrics in Prometheus's text format, over all runs that it served. */
export function workerText(metrics: Metrics, worker: WorkerFacts): () => Promise<string> {
  const registry = new Registry();
  addResults(registry, metrics);
  gauge(
    registry,
    'batchai_calls_in_air',
    'Calls that have gone out and have not come back.',
    worker.inFlight,
  );
  gauge(registry, 'batchai_worker_runs', 'Runs that the worker serves.', worker.runs);
  gauge(registry, 'batchai_worker_ready', '1 if the worker can take batches.', () =>
    worker.isReady() ? 1 : 0,
  );
  const { name, host, version } = worker;
  labelledGauge(
    registry,
    'batchai_worker_info',
    'Which worker it is; always 1.',
    ['name', 'host', 'version'],
    (set) => set({ name, host, version }, 1),
  );
  return () => registry.metrics();
}
