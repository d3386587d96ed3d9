import type { FlagsOf, OptionRow } from './option-table.js';
import { READING_OPTIONS } from './reading.js';

/** The options of `batchai fabrics check`. */
export const CHECK_OPTIONS = [
  {
    flags: '--input <file>',
    group: 'Input and output',
    completes: 'file',
    meaning: 'a file of rows, to check that it has the columns that the fabric uses',
  },
  ...READING_OPTIONS,
] as const satisfies readonly OptionRow[];

/** The options of `batchai fabrics show`. */
export const SHOW_OPTIONS = [
  {
    flags: '--input <file>',
    group: 'Input and output',
    completes: 'file',
    meaning: 'the file of rows',
    default: 'required',
  },
  { flags: '--row <n>', group: 'Input and output', meaning: 'which row', default: '1' },
  {
    flags: '--base-url <url>',
    group: 'Model and price',
    meaning: "the API's base; for Promptha also PROMPTHA_BASE_URL",
    default: "the fabric file's",
  },
  ...READING_OPTIONS,
] as const satisfies readonly OptionRow[];

export type CheckFlags = FlagsOf<(typeof CHECK_OPTIONS)[number]>;

export type ShowFlags = FlagsOf<(typeof SHOW_OPTIONS)[number]>;
