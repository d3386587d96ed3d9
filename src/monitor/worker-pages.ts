import { Metrics } from './metrics/metrics.js';
import type { WorkerFacts } from './metrics/worker-text.js';
import { type Page, type PagesAddress, type ServedPages, servePages } from './served-pages.js';

export interface WorkerPagesSettings {
  /** Where `/livez` and `/readyz` are. */
  readonly healthAddress?: PagesAddress | undefined;
  /** Where `/metrics` is. */
  readonly metricsAddress?: PagesAddress | undefined;
}

/** A worker, and what keeps it from taking batches: in a few words; undefined where nothing does. */
export interface WatchedWorker extends Omit<WorkerFacts, 'isReady'> {
  readonly problem: () => string | undefined;
}

export interface WorkerPages {
  /** Counts what the worker does. */
  readonly metrics: Metrics;
  /** One for each address, in words: `health at http://127.0.0.1:8080/readyz`. */
  readonly places: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens what an orchestrator and Prometheus look at. `/livez` answers 200 as long as the process does; `/readyz` answers
 * 200 while the worker can take batches, and 503 with the reason otherwise (kubernetes.io, "API health endpoints").
 *
 * @throws PagesServerError where a port is taken or not this machine's; nothing is left open then.
 */
export async function openWorkerPages(
  { healthAddress, metricsAddress }: WorkerPagesSettings,
  worker: WatchedWorker,
): Promise<WorkerPages> {
  const metrics = new Metrics();
  const opened: ServedPages[] = [];
  const places: string[] = [];
  const close = async () => void (await Promise.all(opened.map((server) => server.close())));
  try {
    if (healthAddress !== undefined) {
      const server = await servePages({
        option: '--health-port',
        address: healthAddress,
        pages: { '/livez': async () => plain(200, 'ok'), '/readyz': async () => readiness(worker.problem()) },
      });
      opened.push(server);
      places.push(`health at ${server.url}/readyz`);
    }
    if (metricsAddress !== undefined) {
      const server = await openMetrics(metricsAddress, metrics, worker);
      opened.push(server);
      places.push(`metrics at ${server.url}`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { metrics, places, close };
}

async function openMetrics(
  address: PagesAddress,
  metrics: Metrics,
  worker: WatchedWorker,
): Promise<ServedPages> {
  const { serveMetrics } = await import('./metrics/metrics-server.js');
  const { PROMETHEUS_CONTENT_TYPE } = await import('./metrics/prometheus-text.js');
  const { workerText } = await import('./metrics/worker-text.js');
  const isReady = () => worker.problem() === undefined;
  const text = workerText(metrics, { ...worker, isReady });
  return serveMetrics({ address, contentType: PROMETHEUS_CONTENT_TYPE, text });
}

function readiness(problem: string | undefined): Page {
  return problem === undefined ? plain(200, 'ready') : plain(503, problem);
}

function plain(status: number, text: string): Page {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}
