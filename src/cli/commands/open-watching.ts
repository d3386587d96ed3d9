import { behindLinks } from '../../checkpoint/behind-links.js';
import { maskedUrl } from '../../monitor/alerts/masked-url.js';
import { type OpenWatches, openWatches, type WatchContext } from '../../monitor/open-watches.js';
import type { WatchSettings } from '../../monitor/watch-settings.js';
import { withoutKeys } from '../../run/calls/without-keys.js';
import type { CallPlan } from '../../run/plan/call-plan.js';
import { decideProxy } from '../../run/settings/proxy.js';
import type { CliIo } from '../io.js';
import { say } from '../print.js';

/** What the watches need to know about the run. */
export interface WatchedRun extends Pick<WatchContext, 'itemOf'> {
  /** Their API keys are kept from the environment of `--alert-command`. */
  readonly calls: CallPlan;
  /** Only errors are printed. */
  readonly quiet: boolean;
  readonly fabric: string;
  readonly input: string;
  readonly output: string;
}

/** Opens all that is to watch a run, and says where it can be looked at. What does not work is said under --quiet too. */
export async function openWatching(
  io: CliIo,
  settings: WatchSettings,
  { itemOf, calls, quiet, ...names }: WatchedRun,
): Promise<OpenWatches> {
  const { host, version } = io.self;
  const { metricsFile } = settings;
  // It is replaced by renaming: a link to it stays one.
  const behind = metricsFile === undefined ? undefined : await behindLinks(metricsFile);
  const watches = await openWatches(
    { ...settings, metricsFile: behind },
    {
      run: { ...names, host, version },
      clock: io.clock,
      itemOf,
      environment: withoutKeys(io.env, calls),
      terminal: io.stderr,
      killGroup: io.killGroup,
      proxyFor: (url) => decideProxy(url, io.env),
      note: (text) => say(io, text),
    },
  );
  if (!quiet) for (const line of proxiesOf(settings, io)) say(io, line);
  if (watches.metricsUrl !== undefined && !quiet) say(io, `metrics at ${watches.metricsUrl}`);
  return watches;
}

/** A line for each webhook that is reached through a proxy. */
function proxiesOf({ alerts }: WatchSettings, io: CliIo): string[] {
  return (alerts?.webhooks ?? []).flatMap((url) => {
    const proxy = decideProxy(url, io.env);
    return proxy === undefined
      ? []
      : [`alerts to ${maskedUrl(url)} go through the proxy ${proxy.shown} (${proxy.variable})`];
  });
}
