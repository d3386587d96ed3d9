import type { AlertSettings } from './alerts/alert-settings.js';
import type { MetricsAddress } from './metrics/metrics-server.js';

/** Who watches a run, and how; what is undefined was not asked for. */
export interface WatchSettings {
  readonly metricsAddress: MetricsAddress | undefined;
  readonly metricsFile: string | undefined;
  readonly alerts: AlertSettings | undefined;
  readonly log: LogSettings | undefined;
}

export interface LogSettings {
  readonly path: string;
  /** The lines of failed rows have the rows' fields. */
  readonly rows: boolean;
}
