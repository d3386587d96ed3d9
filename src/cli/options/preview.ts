import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { TRIAL_OPTIONS } from './trial.js';

/** The options of `batchai preview`. */
export const PREVIEW_OPTIONS = [
  {
    flags: '--rows <n>',
    group: 'Calls',
    meaning: 'how many rows to call and to show; these calls are paid for',
    default: '5',
  },
  { flags: '--spread', group: 'Calls', meaning: 'rows spread over the file, not the first ones' },
  {
    flags: '--batch-api',
    group: 'Calls',
    meaning: 'for a command that was a run: rows of a preview are called live all the same',
  },
  { flags: '--json', group: 'Messages', meaning: 'a line of JSON for each row on standard output' },
  ...TRIAL_OPTIONS,
  ...DEFAULTS_OPTIONS,
] as const satisfies readonly OptionRow[];

export type PreviewFlags = FlagsOf<(typeof PREVIEW_OPTIONS)[number]>;
