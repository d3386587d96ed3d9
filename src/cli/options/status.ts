import type { OptionRow } from './option-table.js';

/** The options of `batchai status`. */
export const STATUS_OPTIONS = [
  {
    flags: '--watch',
    meaning: 'look every second until the run ends; a plain line every 10 s where there is no terminal',
  },
  { flags: '--json', meaning: 'the same as JSON; with --watch a line a second' },
  { flags: '--checkpoint <dir>', meaning: "the run's checkpoint folder", default: '<output>.checkpoint' },
] as const satisfies readonly OptionRow[];

export interface StatusFlags {
  readonly watch?: true;
  readonly json?: true;
  readonly checkpoint?: string;
}
