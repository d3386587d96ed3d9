import type { Clock } from '../limits/clock.js';
import type { HttpProxy } from '../proxy/http-proxy.js';
import type { JsonValue, Row } from '../rows/row.js';
import { allWatches } from './all-watches.js';
import type { EndNoticeOptions } from './end-notice.js';
import { Metrics } from './metrics/metrics.js';
import type { RunName, RunWatch } from './run-watch.js';
import type { PagesAddress } from './served-pages.js';
import type { AlertSettings, LogSettings, WatchSettings } from './watch-settings.js';

export interface WatchContext {
  readonly run: RunName;
  readonly clock: Clock;
  /** Gives the fields of a row, for a log with `--log-rows`. */
  readonly itemOf: (row: Row) => JsonValue;
  /** Variables for alert commands. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Gives the proxy on the way to a webhook; throws where the environment names an unusable one. */
  readonly proxyFor: (url: string) => HttpProxy | undefined;
  /** Where the bell rings. */
  readonly terminal: EndNoticeOptions['terminal'];
  /** Kills a process group by its id. */
  readonly killGroup: (pid: number) => void;
  /** Called with a line for the person where watching fails; the run goes on. */
  readonly note: (message: string) => void;
}

export interface OpenWatches {
  /** Has no methods where no watching was asked for. */
  readonly watch: RunWatch;
  /** Where metrics are served; undefined where they are not. */
  readonly metricsUrl: string | undefined;
  /** Sends and writes what is left, for a few seconds at most, and frees everything. Never fails. */
  close(): Promise<void>;
}

/** Watches, and how to close them at the end. */
interface Part {
  readonly watches: readonly RunWatch[];
  close(): Promise<void>;
}

/**
 * Opens the log, metrics and alerts of a run before its first call. It loads the code only of those in `settings`.
 *
 * @throws PagesServerError, RunLogError; nothing is left open then.
 * @example
 * const { watch, close } = await openWatches(settings, context);
 * await runRows(plan, watch).finally(close);
 */
export async function openWatches(settings: WatchSettings, context: WatchContext): Promise<OpenWatches> {
  const { metricsAddress, metricsFile, alerts, log, notifies } = settings;
  const parts: Part[] = [];
  // In reverse: a watch that gets events from another closes after it.
  const close = async () => {
    for (const part of parts.toReversed()) await part.close().catch(() => {});
  };
  const announce: { all: RunWatch } = { all: {} };
  let metricsUrl: string | undefined;
  try {
    if (notifies) parts.push(await openEndNotice(context));
    if (log !== undefined) parts.push(await openLog(log, context));
    if (metricsAddress !== undefined || metricsFile !== undefined) {
      const metrics = new Metrics();
      parts.push({ watches: [metrics], close: async () => {} });
      if (metricsFile !== undefined) parts.push(await openFile(metricsFile, metrics, context));
      if (metricsAddress !== undefined) {
        const server = await openServer(metricsAddress, metrics);
        metricsUrl = server.url;
        parts.push(server);
      }
    }
    if (alerts !== undefined) parts.push(await openAlertWatch(alerts, context, announce));
  } catch (error) {
    await close();
    throw error;
  }
  // Alerts get the end of the run first, so that the log has their alert before its last line.
  announce.all = allWatches(parts.toReversed().flatMap(({ watches }) => watches));
  return { watch: announce.all, metricsUrl, close };
}

async function openEndNotice({ run, terminal, environment }: WatchContext): Promise<Part> {
  const { EndNotice } = await import('./end-notice.js');
  const notice = new EndNotice({ output: run.output, terminal, environment });
  return { watches: [notice], close: () => notice.close() };
}

async function openLog({ path, rows }: LogSettings, { clock, itemOf, note }: WatchContext): Promise<Part> {
  const { openRunLog } = await import('./run-log.js');
  const log = await openRunLog({ path, clock, note, ...(rows ? { itemOf } : {}) });
  return { watches: [log], close: () => log.close() };
}

async function openFile(path: string, metrics: Metrics, { clock, note }: WatchContext): Promise<Part> {
  const { MetricsFile } = await import('./metrics/metrics-file.js');
  const { prometheusText } = await import('./metrics/prometheus-text.js');
  const file = new MetricsFile({ path, text: prometheusText(metrics, { withRun: true }), clock, note });
  return { watches: [file], close: () => file.close() };
}

async function openServer(address: PagesAddress, metrics: Metrics): Promise<Part & { readonly url: string }> {
  const { serveMetrics } = await import('./metrics/metrics-server.js');
  const { prometheusText, PROMETHEUS_CONTENT_TYPE } = await import('./metrics/prometheus-text.js');
  const text = prometheusText(metrics);
  const server = await serveMetrics({ address, contentType: PROMETHEUS_CONTENT_TYPE, text });
  return { watches: [], url: server.url, close: () => server.close() };
}

async function openAlertWatch(
  settings: AlertSettings,
  context: WatchContext,
  announce: { readonly all: RunWatch },
): Promise<Part> {
  const { openAlerts } = await import('./alerts/open-alerts.js');
  const watch = await openAlerts({ settings, ...context, onAlert: (alert) => announce.all.alerted?.(alert) });
  return { watches: [watch], close: () => watch.close() };
}
