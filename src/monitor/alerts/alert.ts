import type { JsonObject } from '../../rows/row.js';

/** The condition that fires, or (`stopped`, `finished`) the event. */
export type AlertName = 'error-rate' | 'slow' | 'stall' | 'rate-limited' | 'budget' | 'stopped' | 'finished';

/** The JSON that a webhook or a command gets. */
export interface Alert {
  /** A line for a person; Slack and Mattermost show it. */
  readonly text: string;
  readonly alert: AlertName;
  readonly state: 'firing' | 'recovered';
  /** `fabric`, `input`, `output`, `host` and `version` of the run. */
  readonly run: JsonObject;
  /** Rows of the whole run that have a result. */
  readonly rows: number;
  /** Of these, rows that failed. */
  readonly failed: number;
  /** Of `error-rate`, `rate-limited` and `budget` a share of 1, of `slow` a factor, of `stall` seconds; else null. */
  readonly value: number | null;
  readonly threshold: number | null;
  /** RFC 3339. */
  readonly at: string;
  /** Of `stopped`. */
  readonly reason?: JsonObject;
  /** Of `finished`: what `--json` prints. */
  readonly summary?: JsonObject;
}
