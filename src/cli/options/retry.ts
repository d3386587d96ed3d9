import type { RetrySettings } from '../../run/retry/plan-retry.js';
import type { Environment } from '../../run/settings/environment.js';
import { settingsGiven } from '../../run/settings/settings-of-options.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { QUEUE_FILES_OPTIONS, QUEUE_OPTIONS } from './queue.js';
import { CHECKPOINT_OPTION, ITS_DEAD_LETTERS_OPTION } from './run-files.js';
import { WATCH_OPTIONS } from './watch.js';

const AS_IN_THE_RUN = 'as in the run';

/** The options of `batchai retry`: flags, help, and docs/reference/cli.md come from here. */
export const RETRY_OPTIONS = [
  {
    flags: '--kind <kinds>',
    group: 'Input and output',
    brief: true,
    meaning: 'only failures of these kinds, such as timeout,server',
    default: 'all',
  },
  {
    flags: '--from <file>',
    group: 'Input and output',
    brief: 'only the rows of this file, as corrected in it',
    completes: 'file',
    meaning: 'only the rows of this file, as they were corrected in it (see: batchai failures --csv)',
  },
  {
    flags: '-f, --fabric <fabric>',
    group: 'Model and price',
    brief: true,
    completes: 'fabric',
    meaning: 'another fabric',
    default: AS_IN_THE_RUN,
  },
  {
    flags: '-c, --concurrency <n>',
    group: 'Speed',
    brief: 'calls in flight at once, or auto',
    completes: ['auto'],
    meaning: 'calls in flight at once; auto: as many as rate and latency ask for',
    default: AS_IN_THE_RUN,
  },
  {
    flags: '-b, --batch-size <n>',
    group: 'Speed',
    meaning: 'rows in a batch',
    default: AS_IN_THE_RUN,
  },
  {
    flags: '-r, --rate-limit <rate>',
    group: 'Speed',
    brief: '100/min, 20/s, 5000/h, none, or auto',
    completes: ['auto', 'none'],
    meaning: '100, 100/min, 20/s, 5000/h, none; auto: as fast as the service takes',
    default: AS_IN_THE_RUN,
  },
  {
    flags: '--attempts <n>',
    group: 'Safety and resume',
    brief: 'calls a row may cost, the first included',
    meaning: 'calls a row may cost, the first included; a wait that the service asked for is not one',
    default: AS_IN_THE_RUN,
  },
  {
    flags: '--timeout <duration>',
    group: 'Speed',
    brief: true,
    meaning: 'timeout of one call',
    default: AS_IN_THE_RUN,
  },
  CHECKPOINT_OPTION,
  ITS_DEAD_LETTERS_OPTION,
  {
    flags: '--max-errors <n or n%>',
    group: 'Safety and resume',
    brief: true,
    meaning: 'stop, resumable, past this many failed rows',
    default: 'none',
  },
  {
    flags: '--resume',
    group: 'Safety and resume',
    meaning: 'continue an interrupted retry, which a retry does anyway',
  },
  {
    flags: '--dry-run',
    group: 'Safety and resume',
    brief: true,
    meaning: 'check everything, print the plan, call nothing',
  },
  {
    flags: '--base-url <url>',
    group: 'Model and price',
    meaning: "the API's base; for Promptha also PROMPTHA_BASE_URL",
    default: AS_IN_THE_RUN,
  },
  ...QUEUE_OPTIONS,
  ...QUEUE_FILES_OPTIONS,
  ...WATCH_OPTIONS,
  ...DEFAULTS_OPTIONS,
  { flags: '--json', group: 'Watching', brief: true, meaning: 'the summary as JSON on standard output' },
  { flags: '--no-progress', group: 'Watching', meaning: 'no progress bar or lines' },
  { flags: '-q, --quiet', group: 'Watching', brief: true, meaning: 'nothing but errors' },
] as const satisfies readonly OptionRow[];

export type RetryFlags = FlagsOf<(typeof RETRY_OPTIONS)[number]>;

/** @throws OptionError */
export function retrySettingsOf(output: string, flags: RetryFlags, environment: Environment): RetrySettings {
  const { kind, from, checkpoint, resume: _resume, dryRun: _dryRun, json: _json, ...others } = flags;
  const { progress: _progress, quiet: _quiet, ...given } = others;
  // What is wrong with one is said before the run is looked for.
  settingsGiven(given);
  return {
    output,
    environment,
    given: withoutUndefined(given),
    ...withoutUndefined({ kinds: kind === undefined ? undefined : kindsOf(kind), from, checkpoint }),
  };
}

/** `timeout` or `timeout,server`. */
function kindsOf(text: string): string[] {
  return text
    .split(',')
    .map((kind) => kind.trim())
    .filter((kind) => kind !== '');
}
