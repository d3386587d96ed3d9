import type { OptionRow } from './option-table.js';

/** Where what was not typed comes from; `src/cli/defaults/` reads them before a command runs. */
export const DEFAULTS_OPTIONS = [
  {
    flags: '--env-file <file>',
    group: 'Model and price',
    brief: 'read keys and other variables from this file',
    completes: 'file',
    meaning: 'read variables, such as keys, from this file; those that are set already count more',
  },
  {
    flags: '--profile <name>',
    group: 'Model and price',
    meaning: 'take the defaults of this profile in batchai.yaml, over those for all',
  },
] as const satisfies readonly OptionRow[];
