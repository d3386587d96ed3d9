import type { FlagsOf, OptionRow } from './option-table.js';
import { CHECKPOINT_OPTION, ITS_DEAD_LETTERS_OPTION } from './run-files.js';

/** The options of `batchai failures`. */
export const FAILURES_OPTIONS = [
  {
    flags: '--csv',
    group: 'Input and output',
    meaning: 'all of them as CSV on standard output, to correct and to give to: batchai retry --from',
  },
  CHECKPOINT_OPTION,
  ITS_DEAD_LETTERS_OPTION,
] as const satisfies readonly OptionRow[];

export type FailuresFlags = FlagsOf<(typeof FAILURES_OPTIONS)[number]>;
