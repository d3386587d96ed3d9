import type { FlagsOf, OptionRow } from './option-table.js';

/** The options of `batchai diff`. */
export const DIFF_OPTIONS = [
  {
    flags: '--key <column>',
    group: 'Input and output',
    completes: 'column',
    meaning: 'the column that tells which rows belong together',
    default: "the rows' numbers",
  },
  {
    flags: '--columns <columns>',
    group: 'Input and output',
    completes: 'columns',
    meaning: 'columns to compare, such as ai_output,topic',
    default: 'all that both files have',
  },
  {
    flags: '--rows <n>',
    group: 'Input and output',
    meaning: 'how many rows that differ are shown; all are counted',
    default: '20; all with --json',
  },
  {
    flags: '--json',
    group: 'Watching',
    meaning: 'a line of JSON for each row that differs on standard output, the counts on standard error',
  },
] as const satisfies readonly OptionRow[];

export type DiffFlags = FlagsOf<(typeof DIFF_OPTIONS)[number]>;
