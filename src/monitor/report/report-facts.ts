import type { StepRecord } from '../../fabric/fabric.js';
import type { JsonObject } from '../../rows/row.js';
import type { HistorySnapshot } from '../run-history.js';
import type { FailedRow } from './failed-rows.js';
import type { ValueDistribution } from './value-distribution.js';

/**
 * A run's state, in a report and in `batchai status`. `stopped`: it ended before its last row, with everything saved.
 * `killed`: its process died without releasing the lock, by kill -9 or a reboot; it can be resumed as well.
 */
export type RunState = 'running' | 'stopped' | 'killed' | 'finished' | 'finished with failures';

/** The data of a report: plain values, read from a run's files. */
export interface ReportFacts {
  readonly fabric: string;
  /** The output's path. */
  readonly output: string;
  readonly state: RunState;
  /** RFC 3339; so are the others. */
  readonly startedAt: string;
  /** When the run last saved what it has. */
  readonly savedAt: string;
  readonly madeAt: string;
  /** Version of batchai that made the report. */
  readonly version: string;
  /** Time of work, without that between an interruption and the next start. */
  readonly elapsedMs: number;
  /** Rows with a result, and all there are; null where that is not known. */
  readonly rows: { readonly done: number; readonly total: number | null };
  /** Why it stopped; null where it did not, or where that is not known. */
  readonly stoppedBy: string | null;
  /** The command to type next, and what it is about: `go on`; undefined where there is nothing to do. */
  readonly next: { readonly what: string; readonly command: string } | undefined;
  /** A snapshot of RunTally. */
  readonly counts: JsonObject;
  /** The unit of costs: `USD`, `credits`; undefined where the run had no prices. */
  readonly costUnit: string | undefined;
  /** True where the price is a guess. */
  readonly costIsGuess: boolean;
  /** The tiers from the cheapest on and the judge, or the steps; empty where there is one fabric. */
  readonly tiers: readonly TierName[];
  readonly tiersAre: 'tier' | 'step';
  /** True if failed rows were run again since, so that some examples may have an answer now. */
  readonly retried: boolean;
  /** Undefined where the run saved no history. */
  readonly history: HistorySnapshot | undefined;
  /** What stands in the columns of answers; empty where the output cannot be read. */
  readonly answers: readonly ValueDistribution[];
  /** The first of the failed rows. */
  readonly failedRows: readonly FailedRow[];
  /** Remarks on the report itself, in sentences. */
  readonly remarks: readonly string[];
  readonly settings: readonly ReportSetting[];
  /** Input, fabric and output at the run's last save. */
  readonly fingerprint: readonly ReportSetting[];
}

export interface TierName {
  readonly by: StepRecord['by'];
  readonly name: string;
}

export interface ReportSetting {
  readonly what: string;
  readonly value: string;
}
