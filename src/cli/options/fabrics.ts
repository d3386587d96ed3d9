import {
  parseCount,
  parseDelimiter,
  parseEncoding,
  parseEscape,
  parseInputFormat,
  parseInputs,
  parseQuote,
} from '../../run/settings/option-parsers.js';
import type { RunSettings } from '../../run/settings/settings.js';
import type { WrittenAs } from '../../run/settings/settings-of-options.js';
import type { OptionRow } from './option-table.js';

const READING_OPTIONS = [
  {
    flags: '--format <format>',
    meaning: "the input's format: csv, tsv, jsonl, json (one array)",
    default: 'from the file name',
    parse: parseInputFormat('--format'),
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
    flags: '--inputs <columns>',
    meaning: 'columns to send; input=column renames one',
    default: 'all',
    parse: parseInputs,
  },
] as const satisfies readonly OptionRow[];

/** The options of `batchai fabrics check`. */
export const CHECK_OPTIONS = [
  {
    flags: '--input <file>',
    meaning: 'a file of rows, to check that it has the columns that the fabric uses',
  },
  ...READING_OPTIONS,
] as const satisfies readonly OptionRow[];

/** The options of `batchai fabrics show`. */
export const SHOW_OPTIONS = [
  { flags: '--input <file>', meaning: 'the file of rows', default: 'required' },
  { flags: '--row <n>', meaning: 'which row', default: '1', parse: parseCount('--row') },
  {
    flags: '--base-url <url>',
    meaning: "the API's base; for Promptha also PROMPTHA_BASE_URL",
    default: "the fabric file's",
  },
  ...READING_OPTIONS,
] as const satisfies readonly OptionRow[];

/** How the file of rows is to be read. */
export type ReadingFlags = WrittenAs & Pick<RunSettings, 'inputs'>;

export interface CheckFlags extends ReadingFlags {
  readonly input?: string;
}

export interface ShowFlags extends ReadingFlags {
  readonly input: string;
  readonly row?: number;
  readonly baseUrl?: string;
}
