import type { OptionRow } from './option-table.js';

/** Where a run keeps its place. */
export const CHECKPOINT_OPTION = {
  flags: '--checkpoint <dir>',
  group: 'Safety and resume',
  completes: 'folder',
  meaning: "the run's checkpoint folder",
  default: '<output>.checkpoint',
} as const satisfies OptionRow;

/** The failed rows of a run that there is already. */
export const ITS_DEAD_LETTERS_OPTION = {
  flags: '--dead-letters <file>',
  group: 'Input and output',
  completes: 'file',
  meaning: 'file of the rows that failed',
  default: 'as in the run',
} as const satisfies OptionRow;
