import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { TRIAL_OPTIONS } from './trial.js';

/** The options of `batchai preview`. */
export const PREVIEW_OPTIONS = [
  {
    flags: '--rows <n>',
    group: 'Input and output',
    brief: true,
    meaning: 'how many rows to call and to show; these calls are paid for',
    default: '5',
  },
  {
    flags: '--spread',
    group: 'Input and output',
    brief: true,
    meaning: 'rows spread over the file, not the first ones',
  },
  {
    flags: '--batch-api',
    group: 'Model and price',
    meaning: 'for a command that was a run: rows of a preview are called live all the same',
  },
  {
    flags: '--json',
    group: 'Watching',
    brief: true,
    meaning: 'a line of JSON for each row on standard output',
  },
  ...TRIAL_OPTIONS,
  ...DEFAULTS_OPTIONS,
] as const satisfies readonly OptionRow[];

export type PreviewFlags = FlagsOf<(typeof PREVIEW_OPTIONS)[number]>;
