import type { Price } from '../../fabric/price/price.js';
import type { RateLimit } from '../../limits/pace/rate-limit.js';
import type { Format, InputFormat } from '../../rows/format.js';
import type { SelectedInput } from '../../rows/input-selection.js';
import type { BadRows } from '../../rows/read-rows.js';
import type { Deadline, TierSettings } from './cost-settings.js';
import type { Environment } from './environment.js';

/** At most this many failed rows: a number, or a share (0 to 1) of the rows done. */
export type MaxErrors = { readonly rows: number } | { readonly share: number };

/** Calls in flight: a number, or adapted to limits and latency. */
export type Concurrency = number | 'auto';

/**
 * What becomes of the rows of a batch that is gone at the service, which may have billed them: the run stops, or they
 * are sent again, or they are dead letters.
 */
export type GoneBatches = 'stop' | 'again' | 'dead-letter';

/** The settings of the service's batch API. */
export interface BatchApiSettings {
  readonly pollMs?: number;
  /** Rows a batch at most. */
  readonly rows?: number;
  /** Tokens of prompts that may wait at the service at once. */
  readonly tokens?: number;
  /** True if the run ends when everything is submitted. */
  readonly detach?: boolean;
  /** When open batches are cancelled and their rows called live. */
  readonly liveAfter?: Deadline;
  readonly goneBatches?: GoneBatches;
  /** True if files and batches are left at the service. */
  readonly keepRemote?: boolean;
}

/** Which rows are called; the others keep their places. */
export interface SelectionSettings {
  /** An expression over the columns. */
  readonly where?: string;
  /** So many rows, drawn at random by the seed. */
  readonly sample?: { readonly rows: number; readonly seed: number };
}

/** The options with every value parsed, not yet checked against files. */
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
  /** The quote around a field with a delimiter, or `none`. Undefined: `"`. */
  readonly quote?: string;
  /** The escape before a literal quote. Undefined: quotes are doubled. */
  readonly escape?: string;
  /** Lines above the header. */
  readonly skipLines?: number;
  /** What to do with an existing run. */
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
  /** True if a `'` goes before answers that a spreadsheet would run. */
  readonly escapeFormulas: boolean;
  /** Columns about the calls of each row. */
  readonly metaColumns: boolean;
  /** True if rows that ask the same share an answer. */
  readonly sharesAnswers: boolean;
  /** Where answers are kept over runs: a folder, or the usual one; undefined: nowhere. */
  readonly cache?: string | 'usual';
  /** Older answers in the cache are not used, in ms. */
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
  /** Undefined: all rows are called. */
  readonly selection?: SelectionSettings;
  /** Rows go through the service's batch API, or each is a live call; undefined: as the fabric file says. */
  readonly batchApi?: BatchApiSettings | 'off';
  /** Where workers take the rows from: a URL, or `none`. Undefined: what BATCHAI_QUEUE_URL says. */
  readonly queue?: string;
  /** Prefix of all Redis keys. */
  readonly queuePrefix?: string;
  /** Undefined: the fabric's own. */
  readonly baseUrl?: string;
  /** Where keys are, by the names of their variables. */
  readonly environment: Environment;
}
