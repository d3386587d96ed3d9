import { BATCH_API_OPTIONS } from './batch-api.js';
import { COST_OPTIONS } from './cost.js';
import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { QUEUE_FILES_OPTIONS, QUEUE_OPTIONS } from './queue.js';
import { READING_OPTIONS } from './reading.js';
import { CHECKPOINT_OPTION } from './run-files.js';
import { WATCH_OPTIONS } from './watch.js';

/** The options of `batchai run`: flags, help, and docs/reference/cli.md come from here. */
export const RUN_OPTIONS = [
  {
    flags: '-f, --fabric <fabric>',
    group: 'Model and price',
    brief: 'a fabric file, local:<name>, or a Promptha fabric id',
    completes: 'fabric',
    meaning: 'a Promptha fabric id, local:<name>, or the path of a fabric file (see: batchai fabrics)',
    default: 'required',
  },
  {
    flags: '-o, --output <file>',
    group: 'Input and output',
    brief: 'where the rows go; - for standard output',
    completes: 'file',
    meaning: 'where the enriched rows go; - for standard output',
    default: "<input's name>.enriched.<its extension>",
  },
  ...READING_OPTIONS,
  {
    flags: '--output-format <format>',
    group: 'Input and output',
    completes: ['csv', 'tsv', 'jsonl'],
    meaning: "the output's format: csv, tsv, jsonl",
    default: 'from the file name',
  },
  {
    flags: '--resume',
    group: 'Safety and resume',
    brief: 'go on with an unfinished run, or start one',
    meaning: 'continue an unfinished run; start one where there is none; end at once where it is finished',
  },
  {
    flags: '--overwrite',
    group: 'Safety and resume',
    brief: true,
    meaning: 'discard an existing output and its checkpoint',
  },
  {
    flags: '-c, --concurrency <n>',
    group: 'Speed',
    brief: 'calls in flight at once, or auto',
    completes: ['auto'],
    meaning: 'calls in flight at once; auto: as many as rate and latency ask for',
    default: "the fabric file's, or 10",
  },
  {
    flags: '-b, --batch-size <n>',
    group: 'Speed',
    meaning: 'rows in a batch',
    default: '50',
  },
  {
    flags: '-r, --rate-limit <rate>',
    group: 'Speed',
    brief: '100/min, 20/s, 5000/h, none, or auto',
    completes: ['auto', 'none'],
    meaning: '100, 100/min, 20/s, 5000/h, none; auto: as fast as the service takes',
    default: "the fabric file's, or 100/min; none for local:",
  },
  {
    flags: '--attempts <n>',
    group: 'Safety and resume',
    brief: 'calls a row may cost, the first included',
    meaning: 'calls a row may cost, the first included; a wait that the service asked for is not one',
    default: '3',
  },
  {
    flags: '--timeout <duration>',
    group: 'Speed',
    brief: true,
    meaning: 'timeout of one call',
    default: '60s',
  },
  {
    flags: '--output-column <name>',
    group: 'Input and output',
    completes: 'column',
    meaning: 'name of the column for answers',
    default: 'ai_output',
  },
  {
    flags: '--no-output-column',
    group: 'Input and output',
    meaning: 'with --columns: leave the whole answer out',
  },
  {
    flags: '--columns [names]',
    group: 'Input and output',
    brief: 'spread an object answer over columns: title,tags',
    meaning:
      "spread an object answer over columns: all of the fabric's output, or title,tags; title:label renames one",
  },
  {
    flags: '--escape-formulas',
    group: 'Input and output',
    meaning: "put a ' before answers that a spreadsheet would run, in CSV and TSV",
  },
  ...COST_OPTIONS,
  CHECKPOINT_OPTION,
  {
    flags: '--dead-letters <file>',
    group: 'Input and output',
    completes: 'file',
    meaning: 'file of the rows that failed',
    default: '<output>.dead-letters.jsonl',
  },
  {
    flags: '--max-errors <n or n%>',
    group: 'Safety and resume',
    brief: true,
    meaning: 'stop, resumable, past this many failed rows',
    default: 'none',
  },
  {
    flags: '--bad-rows <stop, dead-letter or fill>',
    group: 'Input and output',
    completes: ['stop', 'dead-letter', 'fill'],
    meaning:
      'a row that cannot be parsed: stop, put its text aside and go on, or fill a short one with empty cells',
    default: 'stop',
  },
  { flags: '-n, --limit <n>', group: 'Input and output', brief: true, meaning: 'only the first n rows' },
  {
    flags: '--where <expression>',
    group: 'Input and output',
    completes: 'expression',
    brief: 'call only such rows: "stars < 3 and review != blank"',
    meaning:
      'call only rows for which it holds, such as "stars < 3 and review != blank"; others keep their places',
    default: 'all rows',
  },
  {
    flags: '--sample-rows <n>',
    group: 'Input and output',
    meaning: 'call only n rows, drawn at random; others keep their places',
    default: 'all rows',
  },
  {
    flags: '--skip-filled',
    group: 'Input and output',
    meaning: "rows with a value in the answers' columns keep it, and are not called",
  },
  { flags: '--seed <n>', group: 'Input and output', meaning: 'which rows --sample-rows draws', default: '1' },
  {
    flags: '-y, --yes',
    group: 'Safety and resume',
    brief: 'start without asking',
    meaning:
      'start without asking; only at a terminal is a run with a price or more than 1,000 rows asked about',
  },
  {
    flags: '--dry-run',
    group: 'Safety and resume',
    brief: true,
    meaning: 'check everything, print the plan, call nothing',
  },
  {
    flags: '--base-url <url>',
    group: 'Model and price',
    meaning: "the API's base; for Promptha also PROMPTHA_BASE_URL",
    default: "the fabric file's, or https://api.promptha.com/v1",
  },
  ...BATCH_API_OPTIONS,
  ...QUEUE_OPTIONS,
  ...QUEUE_FILES_OPTIONS,
  ...WATCH_OPTIONS,
  ...DEFAULTS_OPTIONS,
  { flags: '--json', group: 'Watching', brief: true, meaning: 'the summary as JSON on standard output' },
  { flags: '--no-progress', group: 'Watching', meaning: 'no progress bar or lines' },
  { flags: '-q, --quiet', group: 'Watching', brief: true, meaning: 'nothing but errors' },
] as const satisfies readonly OptionRow[];

export type RunFlags = FlagsOf<(typeof RUN_OPTIONS)[number]>;
