import { given } from '../run/given.js';
import type { TrialSettings } from '../run/plan-trial.js';
import { settingsOfCalls } from '../run/settings-of-options.js';
import type { OptionRow } from './option-table.js';
import { RUN_OPTIONS, type RunFlags } from './run-options.js';

/** What decides about the calls of a run, as `run` takes it, and nothing about what it writes. */
const TRIED: ReadonlySet<string> = new Set<(typeof RUN_OPTIONS)[number]['flags']>([
  '-f, --fabric <fabric>',
  '--format <format>',
  '--delimiter <character>',
  '-c, --concurrency <n>',
  '-r, --rate-limit <rate>',
  '--attempts <n>',
  '--timeout <duration>',
  '--inputs <columns>',
  '--price <price>',
  '--no-dedupe',
  '--cache [folder]',
  '--cache-ttl <duration>',
  '--tier <fabric>',
  '--min-score <n>',
  '--score <scorer>',
  '--bad-rows <stop or dead-letter>',
  '--limit <n>',
  '--base-url <url>',
]);

/** The options that a run and what tries it have in common. */
export const TRIAL_OPTIONS: readonly OptionRow[] = RUN_OPTIONS.filter(({ flags }) => TRIED.has(flags));

/** What commander makes of them. */
export type TrialFlags = Pick<
  RunFlags,
  | 'fabric'
  | 'format'
  | 'delimiter'
  | 'concurrency'
  | 'rateLimit'
  | 'attempts'
  | 'timeout'
  | 'inputs'
  | 'price'
  | 'dedupe'
  | 'cache'
  | 'cacheTtl'
  | 'tier'
  | 'minScore'
  | 'score'
  | 'badRows'
  | 'limit'
  | 'baseUrl'
>;

/** The settings that the flags and the environment make, with the documented defaults of a run. */
export function trialSettingsOf(
  input: string,
  flags: TrialFlags,
  environment: NodeJS.ProcessEnv,
): TrialSettings {
  const { format, delimiter, badRows = 'stop' } = flags;
  return { ...settingsOfCalls(flags, environment), input, badRows, ...given({ format, delimiter }) };
}
