import {
  parseBadRows,
  parseColumns,
  parseConcurrency,
  parseCount,
  parseDelimiter,
  parseDuration,
  parseEncoding,
  parseEscape,
  parseFormat,
  parseInputFormat,
  parseInputs,
  parseMaxErrors,
  parseName,
  parseQuote,
  parseRate,
} from '../../run/settings/option-parsers.js';
import type { RunSettings } from '../../run/settings/settings.js';
import { settingsOfFiles } from '../../run/settings/settings-of-options.js';
import { COST_OPTIONS, type CostFlags } from './cost.js';
import type { OptionRow } from './option-table.js';
import { QUEUE_OPTIONS } from './queue.js';
import { WATCH_OPTIONS, type WatchFlags } from './watch.js';

export { given } from '../../run/settings/given.js';

/** The options of `batchai run`: flags, help, and docs/reference/cli.md come from here. */
export const RUN_OPTIONS = [
  {
    flags: '-f, --fabric <fabric>',
    meaning: 'a Promptha fabric id, local:<name>, or the path of a fabric file (see: batchai fabrics)',
    default: 'required',
  },
  {
    flags: '-o, --output <file>',
    meaning: 'where the enriched rows go; - for standard output',
    default: "<input's name>.enriched.<its extension>",
  },
  {
    flags: '--format <format>',
    meaning: "the input's format: csv, tsv, jsonl, json (one array)",
    default: 'from the file name',
    parse: parseInputFormat('--format'),
  },
  {
    flags: '--output-format <format>',
    meaning: "the output's format: csv, tsv, jsonl",
    default: 'from the file name',
    parse: parseFormat('--output-format'),
  },
  {
    flags: '--delimiter <character>',
    meaning: 'what separates the fields of a CSV',
    default: 'a comma; a tab for TSV; another where the file shows it',
    parse: parseDelimiter,
  },
  {
    flags: '--encoding <name>',
    meaning: "the input's, such as windows-1252",
    default: 'UTF-8, or what its byte order mark says',
    parse: parseEncoding,
  },
  {
    flags: '--quote <character or none>',
    meaning: 'what quotes fields of CSV and TSV; none: a tab is \\t, a line feed \\n',
    default: '"',
    parse: parseQuote,
  },
  {
    flags: '--escape <character>',
    meaning: 'what stands before a quote inside a quoted field',
    default: 'another quote; a backslash with --quote none',
    parse: parseEscape,
  },
  {
    flags: '--skip-lines <n>',
    meaning: 'lines above the header, which are not copied',
    default: 'none',
    parse: parseCount('--skip-lines'),
  },
  {
    flags: '--resume',
    meaning: 'continue an unfinished run; start one where there is none; end at once where it is finished',
  },
  { flags: '--overwrite', meaning: 'discard an existing output and its checkpoint' },
  {
    flags: '-c, --concurrency <n>',
    meaning: 'calls in flight at once; auto: as many as rate and latency ask for',
    default: "the fabric file's, or 10",
    parse: parseConcurrency,
  },
  {
    flags: '-b, --batch-size <n>',
    meaning: 'rows in a batch',
    default: '50',
    parse: parseCount('--batch-size'),
  },
  {
    flags: '-r, --rate-limit <rate>',
    meaning: '100, 100/min, 20/s, 5000/h, none; auto: as fast as the service takes',
    default: "the fabric file's, or 100/min; none for local:",
    parse: parseRate,
  },
  {
    flags: '--attempts <n>',
    meaning: 'calls a row may cost, the first included; a wait that the service asked for is not one',
    default: '3',
    parse: parseCount('--attempts'),
  },
  {
    flags: '--timeout <duration>',
    meaning: 'timeout of one call',
    default: '60s',
    parse: parseDuration('--timeout'),
  },
  {
    flags: '--inputs <columns>',
    meaning: 'columns to send; input=column renames one',
    default: 'all',
    parse: parseInputs,
  },
  {
    flags: '--output-column <name>',
    meaning: 'name of the column for answers',
    default: 'ai_output',
    parse: parseName('--output-column'),
  },
  {
    flags: '--columns [names]',
    meaning: "spread an object answer over columns: all of the fabric's output, or title,tags",
    parse: parseColumns,
  },
  {
    flags: '--escape-formulas',
    meaning: "put a ' before answers that a spreadsheet would run, in CSV and TSV",
  },
  ...COST_OPTIONS,
  {
    flags: '--checkpoint <dir>',
    meaning: "the run's checkpoint folder",
    default: '<output>.checkpoint',
  },
  {
    flags: '--dead-letters <file>',
    meaning: 'file of the rows that failed',
    default: '<output>.dead-letters.jsonl',
  },
  {
    flags: '--max-errors <n or n%>',
    meaning: 'stop, resumable, past this many failed rows',
    default: 'none',
    parse: parseMaxErrors,
  },
  {
    flags: '--bad-rows <stop, dead-letter or fill>',
    meaning:
      'a row that cannot be parsed: stop, put its text aside and go on, or fill a short one with empty cells',
    default: 'stop',
    parse: parseBadRows,
  },
  { flags: '--limit <n>', meaning: 'only the first n rows', parse: parseCount('--limit') },
  { flags: '--dry-run', meaning: 'check everything, print the plan, call nothing' },
  {
    flags: '--base-url <url>',
    meaning: "the API's base; for Promptha also PROMPTHA_BASE_URL",
    default: "the fabric file's, or https://api.promptha.com/v1",
  },
  ...QUEUE_OPTIONS,
  ...WATCH_OPTIONS,
  { flags: '--json', meaning: 'the summary as JSON on standard output' },
  { flags: '--no-progress', meaning: 'no progress bar or lines' },
  { flags: '--quiet', meaning: 'nothing but errors' },
] as const satisfies readonly OptionRow[];

/** What commander makes of them, and of the table's parsers. */
export interface RunFlags extends CostFlags, WatchFlags {
  readonly fabric: string;
  readonly output?: string;
  readonly format?: NonNullable<RunSettings['format']>;
  readonly outputFormat?: NonNullable<RunSettings['outputFormat']>;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly skipLines?: number;
  readonly resume?: true;
  readonly overwrite?: true;
  readonly concurrency?: NonNullable<RunSettings['concurrency']>;
  readonly batchSize?: number;
  readonly rateLimit?: NonNullable<RunSettings['rate']>;
  readonly attempts?: number;
  readonly timeout?: number;
  readonly inputs?: NonNullable<RunSettings['inputs']>;
  readonly outputColumn?: string;
  /** True where no names are given. */
  readonly columns?: readonly string[] | true;
  readonly escapeFormulas?: true;
  readonly checkpoint?: string;
  readonly deadLetters?: string;
  readonly maxErrors?: NonNullable<RunSettings['maxErrors']>;
  readonly badRows?: NonNullable<RunSettings['badRows']>;
  readonly limit?: number;
  readonly dryRun?: true;
  readonly baseUrl?: string;
  readonly queue?: string;
  readonly queuePrefix?: string;
  readonly json?: true;
  readonly progress: boolean;
  readonly quiet?: true;
}

/** The settings that the flags and the environment make, with the documented defaults. */
export function settingsOf(input: string, flags: RunFlags, environment: NodeJS.ProcessEnv): RunSettings {
  return settingsOfFiles({ ...flags, input }, environment);
}
