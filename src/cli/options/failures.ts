import type { FlagsOf, OptionRow } from './option-table.js';

/** The options of `batchai failures`. */
export const FAILURES_OPTIONS = [
  {
    flags: '--csv',
    group: 'Input and output',
    meaning: 'all of them as CSV on standard output, to correct and to give to: batchai retry --from',
  },
  {
    flags: '--checkpoint <dir>',
    group: 'Safety and resume',
    completes: 'folder',
    meaning: "the run's checkpoint folder",
    default: '<output>.checkpoint',
  },
  {
    flags: '--dead-letters <file>',
    group: 'Input and output',
    completes: 'file',
    meaning: 'file of the rows that failed',
    default: 'as in the run',
  },
] as const satisfies readonly OptionRow[];

export type FailuresFlags = FlagsOf<(typeof FAILURES_OPTIONS)[number]>;
