import type { Price } from '../../fabric/price/price.js';
import type { RateLimit } from '../../limits/pace/rate-limit.js';
import type { Format, InputFormat } from '../../rows/format.js';
import type { SelectedInput } from '../../rows/input-selection.js';
import type { BadRows } from '../../rows/read-rows.js';
import type { BatchApiSettings } from './batch-api-settings.js';
import type { Deadline, TierSettings } from './cost-settings.js';
import type { Environment } from './environment.js';
import type { GivenOptions } from './given-options.js';
import type { Concurrency, MaxErrors } from './limit-settings.js';
import type { MetaColumn } from './meta-column-names.js';
import type { QueueFiles } from './queue-files.js';

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
  /** Undefined: the answer itself goes nowhere, only its parts. */
  readonly outputColumn: string | undefined;
  /** True if rows that have a value where answers go keep it, and are not called. */
  readonly skipsFilled: boolean;
  /** Properties of the answers that get columns of their own; undefined: none. */
  readonly columns?: readonly string[] | 'all';
  /** True if a `'` goes before answers that a spreadsheet would run. */
  readonly escapeFormulas: boolean;
  /** Columns about the calls of each row. */
  readonly metaColumns: readonly MetaColumn[] | 'all';
  /** True if rows that ask the same share an answer. */
  readonly sharesAnswers: boolean;
  /** Where answers are kept over runs: a folder, or the usual one; undefined: nowhere. */
  readonly cache?: string | 'usual';
  /** Older answers in the cache are not used, in ms. */
  readonly cacheTtlMs?: number;
  /** What calls cost; undefined: what the fabric file says, or the service's list. */
  readonly price?: Price;
  /** Undefined: as much as the run had before; `none`: any amount, also where the run had a limit before. */
  readonly maxCost?: number | 'none';
  readonly maxCalls?: number | 'none';
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
  /** How workers come to the files that rows name; undefined: they are sent to them. */
  readonly queueFiles?: QueueFiles;
  /** Undefined: the fabric's own. */
  readonly baseUrl?: string;
  /** Where keys are, by the names of their variables. */
  readonly environment: Environment;
  /** The options themselves, for a checkpoint to keep. */
  readonly given: GivenOptions;
  /** Names of options that an earlier start was given, and that hold secrets which nobody kept. */
  readonly withheld: readonly string[];
}
