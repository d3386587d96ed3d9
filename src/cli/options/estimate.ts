import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { TRIAL_OPTIONS } from './trial.js';

/** The options of `batchai estimate`. */
export const ESTIMATE_OPTIONS = [
  {
    flags: '--sample <n>',
    group: 'Model and price',
    brief: 'call so many rows, which are paid for, to know more',
    meaning:
      'call so many rows, spread over the file, for answers, latency and price; needs the key, and is paid for',
    default: 'none: nothing is called',
  },
  {
    flags: '--batch-api',
    group: 'Model and price',
    brief: 'refuse a fabric without a batch API',
    meaning: 'refuse a fabric without a batch API; its price stands beside the live one in any case',
  },
  { flags: '--json', group: 'Watching', brief: true, meaning: 'the estimate as JSON on standard output' },
  ...TRIAL_OPTIONS,
  ...DEFAULTS_OPTIONS,
] as const satisfies readonly OptionRow[];

export type EstimateFlags = FlagsOf<(typeof ESTIMATE_OPTIONS)[number]>;
