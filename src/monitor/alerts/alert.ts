import type { JsonObject } from '../../rows/row.js';

/** What is wrong, or (`stopped`, `finished`) what has happened. */
export type AlertName = 'error-rate' | 'slow' | 'stall' | 'rate-limited' | 'budget' | 'stopped' | 'finished';

/** What is sent to a webhook or a command, as JSON. */
export interface Alert {
  /** A line for a person; Slack and Mattermost show it. */
  readonly text: string;
  readonly alert: AlertName;
  readonly state: 'firing' | 'recovered';
  /** Which run: `fabric`, `input`, `output`, `host`, `version`. */
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
