import type { Price } from '../../fabric/price/price.js';
import type { RateLimit } from '../../limits/pace/rate-limit.js';
import type { Format, InputFormat } from '../../rows/format.js';
import type { SelectedInput } from '../../rows/input-selection.js';
import type { BadRows } from '../../rows/read-rows.js';
import type { Deadline, TierSettings } from './cost-settings.js';
import type { Environment } from './environment.js';

/** At most this many failed rows: a number, or a share (0 to 1) of the rows done. */
export type MaxErrors = { readonly rows: number } | { readonly share: number };

/** Calls in the air: a number, or as many as the limits and the latency make sense of. */
export type Concurrency = number | 'auto';

/** What was asked for about the service's batch API. */
export interface BatchApiSettings {
  readonly pollMs?: number;
  /** Rows a batch at most. */
  readonly rows?: number;
  /** The run ends when everything is submitted. */
  readonly detach?: boolean;
  /** Then what is out is cancelled, and the rest is called live. */
  readonly liveAfter?: Deadline;
  /** Files and batches stay at the service. */
  readonly keepRemote?: boolean;
}

/** What a person asked for, with every value parsed; nothing is checked against files yet. */
export interface RunSettings {
  /** A path, or `-` for standard input. */
  readonly input: string;
  readonly fabric: string;
  /** A path, or `-` for standard output. */
  readonly output?: string;
  readonly format?: InputFormat;
  readonly outputFormat?: Format;
  readonly delimiter?: string;
  /** Of the input. Undefined: UTF-8, or what its byte order mark says. */
  readonly encoding?: string;
  /** What fields stand in that hold a delimiter, or `none`. Undefined: `"`. */
  readonly quote?: string;
  /** What stands before a character that means nothing. Undefined: quotes are doubled. */
  readonly escape?: string;
  /** Lines above the header. */
  readonly skipLines?: number;
  /** What to do where there is a run already. */
  readonly existing: 'refuse' | 'resume' | 'overwrite';
  /** Undefined: what suits the fabric. */
  readonly concurrency?: Concurrency;
  /** Rows a batch. */
  readonly batchSize: number;
  /** Undefined: what suits the fabric. */
  readonly rate?: RateLimit;
  readonly attempts: number;
  /** Of one call, in ms. */
  readonly timeoutMs: number;
  /** Undefined: all columns. */
  readonly inputs?: readonly SelectedInput[];
  readonly outputColumn: string;
  /** Properties of the answers that get columns of their own; undefined: none. */
  readonly columns?: readonly string[] | 'all';
  /** Answers that a spreadsheet would run are written as text. */
  readonly escapeFormulas: boolean;
  /** Columns about the calls of each row. */
  readonly metaColumns: boolean;
  /** Rows that ask the same share an answer. */
  readonly sharesAnswers: boolean;
  /** Where answers are kept over runs: a folder, or the usual one; undefined: nowhere. */
  readonly cache?: string | 'usual';
  /** Older answers are asked for anew, in ms. */
  readonly cacheTtlMs?: number;
  /** What calls cost; undefined: what the fabric file says, or the service's list. */
  readonly price?: Price;
  readonly maxCost?: number;
  readonly maxCalls?: number;
  readonly deadline?: Deadline;
  readonly tiers?: TierSettings;
  readonly checkpoint?: string;
  readonly deadLetters?: string;
  readonly maxErrors?: MaxErrors;
  readonly badRows: BadRows;
  /** Only the first rows. */
  readonly limit?: number;
  /** Rows go through the service's batch API, or each is a live call; undefined: as the fabric file says. */
  readonly batchApi?: BatchApiSettings | 'off';
  /** Where workers take the rows from: a URL, or `none`. Undefined: what BATCHAI_QUEUE_URL says. */
  readonly queue?: string;
  /** Of all keys on the queue's server. */
  readonly queuePrefix?: string;
  /** Undefined: the fabric's own. */
  readonly baseUrl?: string;
  /** Where keys are, by the names of their variables. */
  readonly environment: Environment;
}
