import type { Alert, AlertName } from '../../../src/monitor/alerts/alert.js';
import { RUN } from '../some-results.js';

export function anAlert(alert: AlertName = 'stall', more: Partial<Alert> = {}): Alert {
  return {
    text: `batchai on night, described.csv: ${alert}`,
    alert,
    state: 'firing',
    run: { ...RUN },
    rows: 100,
    failed: 1,
    value: 300,
    threshold: 300,
    at: '2024-01-02T03:04:05.000Z',
    ...more,
  };
}

const NAMES: Readonly<Record<AlertName, true>> = {
  'error-rate': true,
  slow: true,
  stall: true,
  'rate-limited': true,
  budget: true,
  stopped: true,
  finished: true,
};

/** One of each; the compiler tells where one is missing. */
export function allAlerts(): Alert[] {
  return Object.keys(NAMES).map((name) => anAlert(name as AlertName));
}
