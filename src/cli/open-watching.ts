import { behindLinks } from '../checkpoint/behind-links.js';
import { systemClock } from '../limits/clock.js';
import { type OpenWatches, openWatches, type WatchWorld } from '../monitor/open-watches.js';
import type { CallPlan } from '../run/call-plan.js';
import { withoutKeys } from '../run/without-keys.js';
import { self } from '../this-process.js';
import { killGroup } from './kill-group.js';
import { say } from './say.js';
import { type WatchFlags, watchSettingsOf } from './watch-options.js';

/** What tells the run, and its rows' fields. */
export interface WatchedRun extends Pick<WatchWorld, 'itemOf'> {
  /** Whose keys are no command's business. */
  readonly calls: CallPlan;
  readonly fabric: string;
  readonly input: string;
  readonly output: string;
}

/** Opens all that is to watch a run, and says where it can be looked at. What does not work is said under --quiet too. */
export async function openWatching(
  flags: WatchFlags & { readonly quiet?: true },
  { itemOf, calls, ...names }: WatchedRun,
): Promise<OpenWatches> {
  const { host, version } = self();
  const settings = watchSettingsOf(flags);
  const { metricsFile } = settings;
  // It is replaced by renaming: a link to it stays one.
  const behind = metricsFile === undefined ? undefined : await behindLinks(metricsFile);
  const watches = await openWatches(
    { ...settings, metricsFile: behind },
    {
      run: { ...names, host, version },
      clock: systemClock,
      itemOf,
      environment: withoutKeys(process.env, calls),
      killGroup,
      note: say,
    },
  );
  if (watches.metricsUrl !== undefined && !flags.quiet) say(`metrics at ${watches.metricsUrl}`);
  return watches;
}
