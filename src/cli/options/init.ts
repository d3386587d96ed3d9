import { STARTING_POINTS } from '../../run/set-up/starting-points.js';
import type { FlagsOf, OptionRow } from './option-table.js';

/** The options of `batchai init`. */
export const INIT_OPTIONS = [
  {
    flags: '--provider <name>',
    group: 'Model and price',
    completes: STARTING_POINTS.map(({ name }) => name),
    meaning: `whose model it is: ${STARTING_POINTS.map(({ name }) => name).join(', ')}`,
    default: 'asked for; the first whose key is set',
  },
  {
    flags: '--model <name>',
    group: 'Model and price',
    meaning: "the model; of promptha the fabric's id, of on-device the path of a .gguf file",
    default: 'asked for; one that costs little',
  },
  {
    flags: '-o, --output <file>',
    group: 'Input and output',
    completes: 'file',
    meaning: 'where the fabric file goes; a file that exists is left as it is',
    default: "<input's name>.yaml",
  },
  {
    flags: '--yes',
    group: 'Safety and resume',
    meaning: 'ask nothing: take what is usual for what is not given',
  },
] as const satisfies readonly OptionRow[];

export type InitFlags = FlagsOf<(typeof INIT_OPTIONS)[number]>;
