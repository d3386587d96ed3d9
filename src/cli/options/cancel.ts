import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';

/** The options of `batchai cancel`. */
export const CANCEL_OPTIONS = [
  {
    flags: '--checkpoint <dir>',
    group: 'Safety and resume',
    completes: 'folder',
    meaning: "the run's checkpoint folder",
    default: '<output>.checkpoint',
  },
  ...DEFAULTS_OPTIONS,
] as const satisfies readonly OptionRow[];

export type CancelFlags = FlagsOf<(typeof CANCEL_OPTIONS)[number]>;
