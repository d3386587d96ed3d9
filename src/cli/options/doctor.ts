import { DEFAULT_TIMEOUT_MS } from '../../run/settings/defaults.js';
import { settingsGiven } from '../../run/settings/settings-of-options.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { QUEUE_OPTIONS } from './queue.js';
import { CHECKPOINT_OPTION } from './run-files.js';

/** The options of `batchai doctor`. */
export const DOCTOR_OPTIONS = [
  {
    flags: '--call',
    group: 'Model and price',
    meaning:
      'make one short call, which is paid for: does the service take the key, the model, the parameters?',
  },
  {
    flags: '--timeout <duration>',
    group: 'Speed',
    meaning: 'timeout of one call',
    default: '60s',
  },
  {
    flags: '--base-url <url>',
    group: 'Model and price',
    meaning: "the API's base; for Promptha also PROMPTHA_BASE_URL",
    default: "the fabric file's, or https://api.promptha.com/v1",
  },
  {
    flags: '-o, --output <file>',
    group: 'Input and output',
    completes: 'file',
    meaning: 'where the rows would go: is there room?',
    default: 'this folder',
  },
  CHECKPOINT_OPTION,
  {
    flags: '--cache [folder]',
    group: 'Model and price',
    completes: 'folder',
    meaning: 'keep answers over runs, and use those that are kept',
    default: 'no; without a folder, ~/.cache/batchai',
  },
  ...QUEUE_OPTIONS,
  ...DEFAULTS_OPTIONS,
  { flags: '--json', group: 'Watching', meaning: 'the same as JSON on standard output' },
] as const satisfies readonly OptionRow[];

export type DoctorFlags = FlagsOf<(typeof DOCTOR_OPTIONS)[number]>;

/** @throws OptionError */
export function doctorSettingsOf(flags: DoctorFlags) {
  const { timeout, baseUrl, queue, queuePrefix, output, checkpoint, cache } = flags;
  return {
    timeoutMs: settingsGiven(withoutUndefined({ timeout })).timeoutMs ?? DEFAULT_TIMEOUT_MS,
    folders: withoutUndefined({ output, checkpoint, cache }),
    places: withoutUndefined({ baseUrl, queue, queuePrefix }),
  };
}
