import type { PagesAddress } from './served-pages.js';

/** How a run is watched; an undefined part is off. */
export interface WatchSettings {
  readonly metricsAddress: PagesAddress | undefined;
  readonly metricsFile: string | undefined;
  readonly alerts: AlertSettings | undefined;
  readonly log: LogSettings | undefined;
  /** True if the person at this machine is told of the end. */
  readonly notifies: boolean;
}

export interface LogSettings {
  readonly path: string;
  /** True if the lines of failed rows have the rows' fields (`--log-rows`). */
  readonly rows: boolean;
}

/** Where alerts go, and on what. A threshold that is undefined is not checked. */
export interface AlertSettings {
  /** URLs that hold a password: never print them. */
  readonly webhooks: readonly string[];
  /** For a shell. */
  readonly commands: readonly string[];
  /** Share of failed rows among those of the last five minutes, 0 to 1. */
  readonly errorRate: number | undefined;
  readonly slow: { readonly factor: number; readonly expectedMs: number } | undefined;
  readonly stallMs: number | undefined;
  /** True if the end of the run is an alert too. */
  readonly finish: boolean;
}
