import type { EndSignal } from '../../run/control/stop.js';

const CAUSES: Readonly<Record<EndSignal, string>> = {
  SIGINT: 'Ctrl-C',
  SIGTERM: 'SIGTERM',
  SIGHUP: 'the terminal was closed',
};

/** `interrupted (Ctrl-C)` */
export function interruptedBy(signal: EndSignal): string {
  return `interrupted (${CAUSES[signal]})`;
}
