import { parseCount } from '../../run/settings/option-parsers.js';
import type { OptionRow } from './option-table.js';
import { TRIAL_OPTIONS, type TrialFlags } from './trial.js';

/** The options of `batchai estimate`. */
export const ESTIMATE_OPTIONS: readonly OptionRow[] = [
  {
    flags: '--sample <n>',
    meaning:
      'call so many rows, spread over the file, for answers, latency and price; needs the key, and is paid for',
    default: 'none: nothing is called',
    parse: parseCount('--sample'),
  },
  { flags: '--json', meaning: 'the estimate as JSON on standard output' },
  ...TRIAL_OPTIONS,
];

export interface EstimateFlags extends TrialFlags {
  readonly sample?: number;
  readonly json?: true;
}
