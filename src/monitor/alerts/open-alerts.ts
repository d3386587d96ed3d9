import type { HttpProxy } from '../../proxy/http-proxy.js';
import { AlertCommand } from './alert-command.js';
import { AlertWatch, type AlertWatchOptions } from './alert-watch.js';
import type { AlertTarget } from './delivery-queue.js';

export interface OpenAlertsOptions extends Omit<AlertWatchOptions, 'targets'> {
  /** Variables for alert commands. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Gives the proxy on the way to a URL. */
  readonly proxyFor: (url: string) => HttpProxy | undefined;
  /** Kills a process group by its id. */
  readonly killGroup: (pid: number) => void;
}

/** Opens the alerts of a run with all their targets. Close it when the run is over. */
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
