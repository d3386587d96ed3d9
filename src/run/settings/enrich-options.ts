import type { Price } from '../../fabric/price/price.js';
import type { RateLimit } from '../../limits/pace/rate-limit.js';
import type { Format, InputFormat } from '../../rows/format.js';
import type { SelectedInput } from '../../rows/input-selection.js';
import type { BadRows } from '../../rows/read-rows.js';
import type { GoneBatches } from './batch-api-settings.js';
import type { Deadline, ScoreSetting } from './cost-settings.js';
import type { Environment } from './environment.js';
import type { Concurrency, MaxErrors } from './limit-settings.js';
import type { QueueFiles } from './queue-files.js';

/**
 * How rows are called. The names are those of the command line's options, and so are the texts; in place of a text, a
 * value of its type may stand. A number for a duration is in ms. A wrong value throws an OptionError.
 */
export interface CallOptions {
  /** A Promptha fabric id, `local:<name>`, or the path of a fabric file. */
  readonly fabric: string;
  /** Calls in flight, or `auto`. Default: the fabric file's, or 10. */
  readonly concurrency?: Concurrency | string;
  /** `100/min`, `20/s`, `none`, `auto`; a bare number is calls a minute. Default: the fabric file's, or 100/min; none for `local:`. */
  readonly rateLimit?: RateLimit | string | number;
  /** Calls a row may cost, the first included. Default 3. */
  readonly attempts?: number | string;
  /** Timeout of one call: `60s`, or ms. Default 60s. */
  readonly timeout?: number | string;
  /** Columns sent: `name,text=description`, or a list. Default: all. */
  readonly inputs?: string | readonly (string | SelectedInput)[];
  /** What calls cost: `input=3,output=15` a million tokens, and so on. Default: the fabric file's, or the service's list. */
  readonly price?: Price | string;
  /** Stops before the run costs more, in the price's unit. Default: none. */
  readonly maxCost?: number | string;
  /** Stops after so many calls. Default: none. */
  readonly maxCalls?: number | string;
  /** Stops so that no call is in flight at `06:00`, or after `8h`. Default: none. */
  readonly deadline?: Deadline | string;
  /** Rows that ask the same share an answer. Default true. */
  readonly dedupe?: boolean;
  /** Keeps answers over runs, in a folder or (true) the usual one. Default false. */
  readonly cache?: boolean | string;
  /** Older answers in the cache are not used: `30d`, or ms. Default: all are used. */
  readonly cacheTtl?: number | string;
  /** Better fabrics, asked where an answer scores too low, the best last. */
  readonly tier?: string | readonly string[];
  /** With `tier`: an answer that scores less moves up. */
  readonly minScore?: number | string;
  /** With `tier`, who scores: `field:<name>`, `fabric:<judge>`, `module:<file>`, `schema`. */
  readonly score?: ScoreSetting | string;
  /** Stops past so many failed rows: `25`, `5%`. Default: none. */
  readonly maxErrors?: MaxErrors | number | string;
  /** Only the first rows. Default: all. */
  readonly limit?: number | string;
  /** The API's base. Default: the fabric file's, PROMPTHA_BASE_URL, or https://api.promptha.com/v1. */
  readonly baseUrl?: string;
}

/** A run from file to file. */
export interface FileOptions extends CallOptions {
  /** A `.csv`, `.tsv`, `.jsonl`, `.ndjson` or `.json` file, each also as `.gz`; `-` for standard input. */
  readonly input: string;
  /** Where the enriched rows go; `-` for standard output. Default: `<input's name>.enriched.<its extension>`. */
  readonly output?: string;
  /** Default: from the file names. */
  readonly format?: InputFormat;
  readonly outputFormat?: Format;
  /** What separates the fields of a CSV. Default: a comma; a tab for TSV. */
  readonly delimiter?: string;
  /** Of the input, by its name: `windows-1252`, `utf-16le`. Default: UTF-8, or what its byte order mark says. */
  readonly encoding?: string;
  /** What quotes fields of a CSV, or `none`: then a tab is `\t`, a line feed `\n`. Default `"`. */
  readonly quote?: string;
  /** What stands before a quote inside a quoted field. Default: another quote; with `quote: 'none'`, `\`. */
  readonly escape?: string;
  /** Lines above the header. Default 0. */
  readonly skipLines?: number | string;
  /** Calls only rows for which an expression over the columns holds: `stars < 3`. The others keep their places. */
  readonly where?: string;
  /** Calls only so many rows, drawn at random. Default: all. */
  readonly sampleRows?: number | string;
  /** With `sampleRows`: another seed draws other rows. Default 1. */
  readonly seed?: number | string;
  /** Goes on with an unfinished run; starts one where there is none; ends at once where it is finished. */
  readonly resume?: boolean;
  /** Discards an existing output and its checkpoint. */
  readonly overwrite?: boolean;
  /** Rows a batch. Default 50. */
  readonly batchSize?: number | string;
  /** The answer's column; false: only its parts go into columns. Default `ai_output`, as with true. */
  readonly outputColumn?: string | boolean;
  /** Rows that have a value in the columns of the answers already keep it, and are not called. Default false. */
  readonly skipFilled?: boolean;
  /** Spreads an object answer over columns: all of the fabric's output (true), or those named; `title:label` renames one. */
  readonly columns?: boolean | string | readonly string[];
  /** Puts a `'` before answers that a spreadsheet would run, in CSV and TSV. Default false. */
  readonly escapeFormulas?: boolean;
  /** Columns about the calls of each row: all (true), or `error`, `model,cost`. Default false. */
  readonly metaColumns?: boolean | string | readonly string[];
  /** Default: `<output>.checkpoint`. */
  readonly checkpoint?: string;
  /** Default: `<output>.dead-letters.jsonl`. */
  readonly deadLetters?: string;
  /** A row that cannot be parsed: `stop`, `dead-letter`, or `fill` (a short row's last cells are empty). Default `stop`. */
  readonly badRows?: BadRows;
  /** Rows go through the service's batch API, at half the price and within a day. Default: as the fabric file says. */
  readonly batchApi?: boolean;
  /** With `batchApi`: the run ends when everything is submitted. Default false. */
  readonly detach?: boolean;
  /** With `batchApi`: between two looks at a batch: `30s`, or ms. Default 30s, then slower up to 5 minutes. */
  readonly batchApiPoll?: number | string;
  /** With `batchApi`: rows a batch at most. Default 50,000, or what the service takes. */
  readonly batchApiRows?: number | string;
  /** With `batchApi`: tokens of prompts that may wait at the service at once. Default: what it takes. */
  readonly batchApiTokens?: number | string;
  /** With `batchApi`: at `06:00`, or `20h` after the first batch, cancels what is out and calls the rest live. Default: never. */
  readonly liveAfter?: Deadline | string;
  /** With `batchApi`: rows of a batch that is gone at the service: `stop`, `again` (they may be paid twice) or `dead-letter`. Default `stop`. */
  readonly goneBatches?: GoneBatches;
  /** With `batchApi`: files and batches stay at the service. Default false. */
  readonly keepRemote?: boolean;
  /** Workers make the calls, over the Redis at this URL. Default: BATCHAI_QUEUE_URL, or none. */
  readonly queue?: string;
  /** Prefix of all Redis keys; must contain a `{hash tag}`. Default `{batchai}`. */
  readonly queuePrefix?: string;
  /** How workers come to the files that rows name: they are sent to them, or `shared`, each reads them under the same paths. Default `send`. */
  readonly queueFiles?: QueueFiles;
}

/** What a resumed run may be given; what is left out is as the run had it last. */
export type ResumedOptions = Partial<Omit<FileOptions, 'output' | 'resume' | 'overwrite'>>;

/** What a retry may be given; what is left out is as in the run. */
export interface RetriedOptions
  extends Partial<
    Pick<
      FileOptions,
      | 'fabric'
      | 'concurrency'
      | 'batchSize'
      | 'rateLimit'
      | 'attempts'
      | 'timeout'
      | 'maxErrors'
      | 'baseUrl'
      | 'checkpoint'
      | 'deadLetters'
      | 'queue'
      | 'queuePrefix'
      | 'queueFiles'
    >
  > {
  /** Only failures of these kinds: `timeout,server`, or a list. Default: all. */
  readonly kinds?: string | readonly string[];
  /** A file of rows as they were corrected: only these are tried, with these fields. */
  readonly from?: string;
}

/** The options as they were typed, before they are checked: any text where only some are valid. */
export type FileOptionTexts = Omit<FileOptions, ChoiceOption> & { readonly [Name in ChoiceOption]?: string };

type ChoiceOption = 'format' | 'outputFormat' | 'badRows' | 'goneBatches' | 'queueFiles';

/** The options for reading an input and selecting its columns. */
export type InputOptionTexts = Pick<
  FileOptionTexts,
  'format' | 'delimiter' | 'encoding' | 'quote' | 'escape' | 'skipLines' | 'inputs'
>;

/** The options that choose the rows to call. */
export type SelectionOptionTexts = Pick<FileOptionTexts, 'where' | 'sampleRows' | 'seed'>;

/** The variables that hold keys and addresses. */
export interface EnvironmentOption {
  /** Default: the environment of this process. */
  readonly environment?: Environment;
}
