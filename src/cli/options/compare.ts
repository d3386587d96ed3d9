import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { TRIAL_OPTIONS } from './trial.js';

type TrialRow = (typeof TRIAL_OPTIONS)[number];

/** Each fabric has its own price and no tiers above it; `--fabric` and `--score` mean something else here. */
const NOT_HERE = [
  '-f, --fabric <fabric>',
  '--price <price>',
  '--tier <fabric>',
  '--min-score <n>',
  '--score <scorer>',
] as const satisfies readonly TrialRow['flags'][];

type SharedRow = Exclude<TrialRow, { readonly flags: (typeof NOT_HERE)[number] }>;

function isShared(row: TrialRow): row is SharedRow {
  return !NOT_HERE.some((flags) => flags === row.flags);
}

/** The options of `batchai compare`. */
export const COMPARE_OPTIONS = [
  {
    flags: '-f, --fabric <fabric>',
    group: 'Model and price',
    brief: true,
    completes: 'fabric',
    meaning: 'a fabric to compare, as batchai run takes it; give it twice or more',
    default: 'required',
    repeatable: true,
  },
  {
    flags: '--rows <n>',
    group: 'Input and output',
    brief: true,
    meaning: 'how many rows each fabric is asked; these calls are paid for',
    default: '20',
  },
  {
    flags: '--first',
    group: 'Input and output',
    brief: true,
    meaning: 'the first rows, not rows spread over the file',
  },
  {
    flags: '--score <scorer>',
    group: 'Model and price',
    brief: true,
    meaning: 'what scores each answer: field:<name>, fabric:<judge> or module:<file>',
  },
  {
    flags: '--page <file>',
    group: 'Input and output',
    brief: true,
    completes: 'file',
    meaning: 'also make a page of it: one HTML file that needs nothing else',
  },
  {
    flags: '--csv <file>',
    group: 'Input and output',
    brief: true,
    completes: 'file',
    meaning: 'also write the answers to a CSV',
  },
  {
    flags: '--overwrite',
    group: 'Safety and resume',
    brief: true,
    meaning: 'replace files that --page and --csv name',
  },
  { flags: '--json', group: 'Watching', brief: true, meaning: 'the comparison as JSON on standard output' },
  ...TRIAL_OPTIONS.filter(isShared),
  ...DEFAULTS_OPTIONS,
] as const satisfies readonly OptionRow[];

export type CompareFlags = FlagsOf<(typeof COMPARE_OPTIONS)[number]>;
