import type { HttpProxy } from '../../proxy/http-proxy.js';
import { AlertCommand } from './alert-command.js';
import { AlertWatch, type AlertWatchOptions } from './alert-watch.js';
import type { AlertTarget } from './outbox.js';

export interface OpenAlertsOptions extends Omit<AlertWatchOptions, 'targets'> {
  /** The variables of commands. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The proxy on the way to a URL. */
  readonly proxyFor: (url: string) => HttpProxy | undefined;
  /** Ends a process and all that it started, by the id of their group. */
  readonly killGroup: (pid: number) => void;
}

/** Everything that watches a run and tells of what is wrong with it. To be closed when the run is over. */
export async function openAlerts(options: OpenAlertsOptions): Promise<AlertWatch> {
  const { settings, environment, killGroup } = options;
  const commands = settings.commands.map((command, index) => {
    const shown = settings.commands.length === 1 ? 'the alert command' : `alert command ${index + 1}`;
    return new AlertCommand({ command, environment, shown, killGroup });
  });
  return new AlertWatch({ ...options, targets: [...(await webhooksOf(options)), ...commands] });
}

async function webhooksOf({ settings, proxyFor }: OpenAlertsOptions): Promise<AlertTarget[]> {
  const { webhooks } = settings;
  if (webhooks.length === 0) return [];
  const { Webhook } = await import('./webhook.js');
  return webhooks.map((url) => new Webhook(url, proxyFor(url)));
}
