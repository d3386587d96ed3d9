import type { Clock } from '../limits/clock.js';
import type { HttpProxy } from '../proxy/http-proxy.js';
import type { JsonValue, Row } from '../rows/row.js';
import type { AlertSettings } from './alerts/alert-settings.js';
import { allWatches } from './all-watches.js';
import { Metrics } from './metrics/metrics.js';
import type { MetricsAddress } from './metrics/metrics-server.js';
import type { RunName, RunWatch } from './run-watch.js';
import type { LogSettings, WatchSettings } from './watch-settings.js';

export interface WatchWorld {
  readonly run: RunName;
  readonly clock: Clock;
  /** The fields of a row, for a log that is to have them. */
  readonly itemOf: (row: Row) => JsonValue;
  /** The variables of the commands that are run. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The proxy on the way to a webhook; throws where the environment names none that can be used. */
  readonly proxyFor: (url: string) => HttpProxy | undefined;
  /** Ends a process and all that it started, by the id of their group. */
  readonly killGroup: (pid: number) => void;
  /** Hears, in one line, what of the watching does not work; the run goes on. */
  readonly note: (message: string) => void;
}

export interface OpenWatches {
  /** Without a single method where nothing was asked for. */
  readonly watch: RunWatch;
  /** Where metrics are served. */
  readonly metricsUrl: string | undefined;
  /** Sends and writes what is left, for a few seconds at most, and frees all. Never fails. */
  close(): Promise<void>;
}

/** What hears of a run, and what has to be done with it at the end. */
interface Part {
  readonly watches: readonly RunWatch[];
  close(): Promise<void>;
}

/**
 * Opens everything that was asked for to watch a run, before its first call. What was not asked for is not even loaded.
 *
 * @throws MetricsServerError, RunLogError; nothing is left open then.
 */
export async function openWatches(settings: WatchSettings, world: WatchWorld): Promise<OpenWatches> {
  const { metricsAddress, metricsFile, alerts, log } = settings;
  const parts: Part[] = [];
  // Backwards: whoever hears of others closes after them.
  const close = async () => {
    for (const part of parts.toReversed()) await part.close().catch(() => {});
  };
  const tell: { all: RunWatch } = { all: {} };
  let metricsUrl: string | undefined;
  try {
    if (log !== undefined) parts.push(await openLog(log, world));
    if (metricsAddress !== undefined || metricsFile !== undefined) {
      const metrics = new Metrics();
      parts.push({ watches: [metrics], close: async () => {} });
      if (metricsFile !== undefined) parts.push(await openFile(metricsFile, metrics, world));
      if (metricsAddress !== undefined) {
        const server = await openServer(metricsAddress, metrics);
        metricsUrl = server.url;
        parts.push(server);
      }
    }
    if (alerts !== undefined) parts.push(await openAlertWatch(alerts, world, tell));
  } catch (error) {
    await close();
    throw error;
  }
  // Alerts hear of the end first, so that what they say of it is not behind the last line of the log.
  tell.all = allWatches(parts.toReversed().flatMap(({ watches }) => watches));
  return { watch: tell.all, metricsUrl, close };
}

async function openLog({ path, rows }: LogSettings, { clock, itemOf, note }: WatchWorld): Promise<Part> {
  const { openRunLog } = await import('./run-log.js');
  const log = await openRunLog({ path, clock, note, ...(rows ? { itemOf } : {}) });
  return { watches: [log], close: () => log.close() };
}

async function openFile(path: string, metrics: Metrics, { clock, note }: WatchWorld): Promise<Part> {
  const { MetricsFile } = await import('./metrics/metrics-file.js');
  const { prometheusText } = await import('./metrics/prometheus-text.js');
  const file = new MetricsFile({ path, text: prometheusText(metrics, { withRun: true }), clock, note });
  return { watches: [file], close: () => file.close() };
}

async function openServer(
  address: MetricsAddress,
  metrics: Metrics,
): Promise<Part & { readonly url: string }> {
  const { serveMetrics } = await import('./metrics/metrics-server.js');
  const { prometheusText, PROMETHEUS_CONTENT_TYPE } = await import('./metrics/prometheus-text.js');
  const text = prometheusText(metrics);
  const server = await serveMetrics({ address, contentType: PROMETHEUS_CONTENT_TYPE, text });
  return { watches: [], url: server.url, close: () => server.close() };
}

async function openAlertWatch(
  settings: AlertSettings,
  world: WatchWorld,
  tell: { readonly all: RunWatch },
): Promise<Part> {
  const { openAlerts } = await import('./alerts/open-alerts.js');
  const watch = await openAlerts({ settings, ...world, heard: (alert) => tell.all.alerted?.(alert) });
  return { watches: [watch], close: () => watch.close() };
}
