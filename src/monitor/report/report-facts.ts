import type { StepRecord } from '../../fabric/fabric.js';
import type { JsonObject } from '../../rows/row.js';
import type { HistorySnapshot } from '../run-history.js';

/**
 * How a run is, in a report and in `batchai status`. `stopped`: it ended before its last row, with everything saved.
 * `killed`: its process is gone without a word, by kill -9 or a reboot; it can be resumed as well.
 */
export type RunState = 'running' | 'stopped' | 'killed' | 'finished' | 'finished with failures';

/** What a report is made from: plain values, all from what a run left behind. */
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
  /** Of batchai, that made the report. */
  readonly version: string;
  /** Of work: the time between an interruption and the next start is not in it. */
  readonly elapsedMs: number;
  /** As `RunTally.snapshot` gave them. */
  readonly counts: JsonObject;
  /** What costs are counted in: `USD`, `credits`; undefined where the run had no prices. */
  readonly costUnit: string | undefined;
  /** The tiers from the cheapest on, and who judged; empty where every answer was good enough. */
  readonly tiers: readonly TierName[];
  /** Failed rows were run again since: examples of failures may be mended. */
  readonly retried: boolean;
  /** Undefined where there is none. */
  readonly history: HistorySnapshot | undefined;
  /** What a reader has to know about the report itself, in sentences. */
  readonly remarks: readonly string[];
  readonly settings: readonly Fact[];
  /** What input, fabric and output were when the run last saved. */
  readonly fingerprint: readonly Fact[];
}

export interface TierName {
  readonly by: StepRecord['by'];
  readonly name: string;
}

export interface Fact {
  readonly what: string;
  readonly value: string;
}
