import type { Environment } from '../../run/settings/environment.js';
import { parseBadRows } from '../../run/settings/option-parsers.js';
import { selectionOf, settingsOfCalls, settingsOfInput } from '../../run/settings/settings-of-options.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
import type { TrialSettings } from '../../run/trial/plan-trial.js';
import type { FlagsOf } from './option-table.js';
import { RUN_OPTIONS } from './run.js';

/** The options of a run that decide about its calls, and nothing about what it writes. */
const TRIAL_FLAGS = [
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
  '-n, --limit <n>',
  '--where <expression>',
  '--sample-rows <n>',
  '--seed <n>',
  '--base-url <url>',
] as const satisfies readonly (typeof RUN_OPTIONS)[number]['flags'][];

type RunRow = (typeof RUN_OPTIONS)[number];
type TrialRow = Extract<RunRow, { readonly flags: (typeof TRIAL_FLAGS)[number] }>;

/** The options that a run and what tries it have in common, in the order of the run. */
export const TRIAL_OPTIONS: readonly TrialRow[] = RUN_OPTIONS.filter((row) => isOfTrial(row));

function isOfTrial(row: RunRow): row is TrialRow {
  return TRIAL_FLAGS.some((flags) => flags === row.flags);
}

export type TrialFlags = FlagsOf<TrialRow>;

/**
 * The settings that the flags and the environment make, with the documented defaults of a run.
 *
 * @throws OptionError
 */
export function trialSettingsOf(input: string, flags: TrialFlags, environment: Environment): TrialSettings {
  return {
    ...settingsOfCalls(flags, environment),
    ...settingsOfInput(flags),
    ...withoutUndefined({ selection: selectionOf(flags) }),
    input,
    badRows: parseBadRows(flags.badRows ?? 'stop'),
  };
}
