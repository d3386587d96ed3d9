import type { ReportFacts } from '../../src/monitor/report/report-facts.js';
import { RunTally } from '../../src/monitor/run-tally.js';
import type { RunLeft } from './some-history.js';

/** What a report of a run is made from; what is in `changed` counts more. */
export function reportFacts(changed: Partial<ReportFacts> = {}): ReportFacts {
  return {
    fabric: 'product-description',
    output: 'described.csv',
    state: 'finished',
    startedAt: '2026-11-24T01:15:02.246Z',
    savedAt: '2026-11-24T02:31:23.536Z',
    madeAt: '2026-11-24T06:00:00.000Z',
    version: '1.2.3',
    elapsedMs: 60_000,
    rows: { done: 0, total: null },
    stoppedBy: null,
    next: undefined,
    counts: new RunTally().snapshot(),
    costUnit: undefined,
    costIsGuess: false,
    tiers: [],
    tiersAre: 'tier',
    retried: false,
    history: undefined,
    answers: [],
    failedRows: [],
    remarks: [],
    settings: [{ what: 'rows a batch', value: '50' }],
    fingerprint: [{ what: 'input', value: 'csv' }],
    ...changed,
  };
}

export function factsOfRun({ history, tally, elapsedMs }: RunLeft): ReportFacts {
  return reportFacts({
    state: tally.failed === 0 ? 'finished' : 'finished with failures',
    counts: tally.snapshot(),
    costUnit: 'USD',
    costIsGuess: false,
    tiers:
      tally.spending.tiers.size === 0
        ? []
        : [
            { by: 0, name: '1. product-description' },
            { by: 1, name: '2. better-description' },
          ],
    elapsedMs,
    history: history.snapshot(elapsedMs),
  });
}
