import { parseCount } from '../../run/settings/option-parsers.js';
import type { OptionRow } from './option-table.js';
import { TRIAL_OPTIONS, type TrialFlags } from './trial.js';

/** The options of `batchai preview`. */
export const PREVIEW_OPTIONS: readonly OptionRow[] = [
  {
    flags: '--rows <n>',
    meaning: 'how many rows to call and to show; these calls are paid for',
    default: '5',
    parse: parseCount('--rows'),
  },
  { flags: '--spread', meaning: 'rows spread over the file, not the first ones' },
  { flags: '--json', meaning: 'a line of JSON for each row on standard output' },
  ...TRIAL_OPTIONS,
];

export interface PreviewFlags extends TrialFlags {
  readonly rows?: number;
  readonly spread?: true;
  readonly json?: true;
}
