import type { CallErrorKind } from '../../src/fabric/call-error.js';
import type { FinishedResult } from '../../src/fabric/row-result.js';
import type { RunName, StartFacts, WatchedCounts } from '../../src/monitor/run-watch.js';
import type { CellRow, UnreadableRow } from '../../src/rows/row.js';

const aRow = (number: number): CellRow => ({
  kind: 'cells',
  number,
  cells: ['private words'],
  text: 'private words',
});

export const RUN: RunName = {
  fabric: 'product-description',
  input: 'products.csv',
  output: 'described.csv',
  host: 'night',
  version: '1.2.3',
};

export const FACTS: StartFacts = { run: RUN, costUnit: 'USD', plan: { concurrency: 10 } };

export const UNREADABLE: UnreadableRow = {
  number: 9,
  line: 12,
  problem: 'wanted 3 fields, got 2',
  raw: 'private,words',
};

export function countsOf(succeeded: number, failed: number, inFlight = 0): WatchedCounts {
  return { tally: { succeeded, failed }, inFlight: () => inFlight };
}

export function answered(
  number: number,
  latencyMs = 100,
  calls = 1,
): FinishedResult & { status: 'answered' } {
  return { status: 'answered', row: aRow(number), answer: 'private words too', calls, latencyMs };
}

export function failed(
  number: number,
  kind: CallErrorKind = 'server',
  calls = 3,
  message = 'no luck',
): FinishedResult {
  const failure = {
    kind,
    status: 500,
    message,
    attempts: 3,
    failedAt: '2024-01-02T03:04:05.000Z',
  };
  return { status: 'failed', row: aRow(number), failure, calls };
}
