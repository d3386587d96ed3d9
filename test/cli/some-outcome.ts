import type { StopReason } from '../../src/run/control/stop.js';
import type { RunOutcome } from '../../src/run/outcome/run-outcome.js';
import type { RunSummary } from '../../src/run/outcome/summary.js';

export const SUMMARY: RunSummary = {
  total: 1_200,
  succeeded: 1_190,
  failed: 10,
  leftOut: 0,
  keptFilled: 0,
  calls: 1_234,
  retries: 34,
  elapsedMs: 65_000,
  successRate: 1_190 / 1_200,
  latency: { mean: 300, p50: 250, p95: 900, p99: 1_500 },
  resumed: false,
  finished: true,
  output: 'out.csv',
  deadLetters: 'out.csv.dead-letters.jsonl',
  emptyColumns: null,
  failures: {
    refused: { count: 2, rows: [17, 3] },
    timeout: { count: 8, rows: [1, 2, 4, 5, 6] },
  },
  tokens: { in: 0, out: 0, cached: 0 },
  cost: null,
  costUnit: null,
  costIsGuess: false,
  unpricedCalls: 0,
  possiblyBilled: 0,
  otherModels: {},
  saved: { inRun: 0, fromCache: 0, cost: null },
  tiers: [],
  steps: [],
  lastTierAlone: null,
};

export const CLEAN: RunSummary = {
  ...SUMMARY,
  succeeded: 1_200,
  failed: 0,
  successRate: 1,
  deadLetters: null,
  failures: {},
};

export function finished(summary: Partial<RunSummary> = {}): RunOutcome {
  return { kind: 'finished', summary: { ...SUMMARY, ...summary } };
}

export function stopped(reason: StopReason): RunOutcome {
  return { kind: 'stopped', reason, summary: { ...SUMMARY, finished: false } };
}
