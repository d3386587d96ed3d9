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
