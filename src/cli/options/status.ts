import type { FlagsOf, OptionRow } from './option-table.js';
import { CHECKPOINT_OPTION } from './run-files.js';

/** The options of `batchai status`. */
export const STATUS_OPTIONS = [
  {
    flags: '--watch',
    group: 'Watching',
    meaning: 'look every second until the run ends; a plain line every 10 s where there is no terminal',
  },
  { flags: '--json', group: 'Watching', meaning: 'the same as JSON; with --watch a line a second' },
  CHECKPOINT_OPTION,
] as const satisfies readonly OptionRow[];

export type StatusFlags = FlagsOf<(typeof STATUS_OPTIONS)[number]>;
