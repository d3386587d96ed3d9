import { settingsOfCalls, writtenAs } from '../../run/settings/settings-of-options.js';
import type { TrialSettings } from '../../run/trial/plan-trial.js';
import type { OptionRow } from './option-table.js';
import { RUN_OPTIONS, type RunFlags } from './run.js';

/** What decides about the calls of a run, as `run` takes it, and nothing about what it writes. */
const TRIED: ReadonlySet<string> = new Set<(typeof RUN_OPTIONS)[number]['flags']>([
  '-f, --fabric <fabric>',
  '--format <format>',
  '--delimiter <character>',
  '--encoding <name>',
  '--quote <character or none>',
  '--escape <character>',
  '--skip-lines <n>',
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
  '--bad-rows <stop, dead-letter or fill>',
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
  | 'encoding'
  | 'quote'
  | 'escape'
  | 'skipLines'
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
  const { badRows = 'stop' } = flags;
  return { ...settingsOfCalls(flags, environment), input, badRows, ...writtenAs(flags) };
}
