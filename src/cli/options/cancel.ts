import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { CHECKPOINT_OPTION } from './run-files.js';

/** The options of `batchai cancel`. */
export const CANCEL_OPTIONS = [
  CHECKPOINT_OPTION,
  ...DEFAULTS_OPTIONS,
] as const satisfies readonly OptionRow[];

export type CancelFlags = FlagsOf<(typeof CANCEL_OPTIONS)[number]>;
