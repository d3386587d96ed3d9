import { parseCount, parseDelimiter, parseFormat, parseInputs } from '../run/option-parsers.js';
import type { RunSettings } from '../run/settings.js';
import type { OptionRow } from './option-table.js';

const READING_OPTIONS = [
  {
    flags: '--format <format>',
    meaning: "the input's format: csv, tsv, jsonl",
    default: 'from the file name',
    parse: parseFormat('--format'),
  },
  {
    flags: '--delimiter <character>',
    meaning: 'what separates the fields of a CSV',
    default: 'a comma; a tab for TSV',
    parse: parseDelimiter,
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
export type ReadingFlags = Pick<RunSettings, 'format' | 'delimiter' | 'inputs'>;

export interface CheckFlags extends ReadingFlags {
  readonly input?: string;
}

export interface ShowFlags extends ReadingFlags {
  readonly input: string;
  readonly row?: number;
  readonly baseUrl?: string;
}
