import { describe, expect, it } from 'vitest';
import type { StepEntry } from '../../../src/checkpoint/journal/journal-entry.js';
import type { Spending, StepRecord } from '../../../src/fabric/fabric.js';
import type { FinishedResult } from '../../../src/fabric/row-result.js';
import { RunTally } from '../../../src/monitor/run-tally.js';
import { budgetOfRun } from '../../../src/run/pipeline/budget-of-run.js';
import type { RunPart } from '../../../src/run/saved/run-parts.js';

const STEPS: readonly RunPart[] = ['topic', 'reply'].map((step, by) => ({
  ...{ by, step, fabric: step },
  isPriced: true,
}));
const LIMITS = { maxCost: 10, maxCalls: 100, deadline: undefined };

function spent(cost: number): Spending {
  return { input: 1, output: 1, cached: 0, cost, unpriced: 0 };
}

/** A row whose steps cost so much each. */
function rowOf(number: number, costs: readonly number[]): FinishedResult {
  const steps = costs.map((cost, by): StepRecord => ({ by, calls: 1, spent: spent(cost), answeredInMs: 1 }));
  return {
    ...{ status: 'answered', row: { kind: 'object', number, object: {}, text: '' }, answer: 'x' },
    ...{ calls: costs.length, latencyMs: 1, spent: spent(costs.reduce((sum, cost) => sum + cost, 0)) },
    tiers: { steps },
  };
}

function stepOf(row: number, step: string, cost: number): StepEntry {
  return {
    row,
    step: `${step} 1a2b3c4d`,
    outcome: { answer: 'x', latencyMs: 1, calls: 1, attempts: 1, spent: spent(cost) },
  };
}

interface Left {
  readonly committed?: readonly FinishedResult[];
  readonly results?: readonly FinishedResult[];
  readonly steps?: readonly StepEntry[];
  readonly parts?: readonly RunPart[];
}

/** The budget with which a run goes on from what it left. */
function resumed({ committed = [], results = [], steps = [], parts = STEPS }: Left) {
  const tally = new RunTally();
  for (const result of committed) tally.add(result);
  const store = { earlierResults: () => results, earlierSteps: () => steps };
  const budget = budgetOfRun(LIMITS, parts, store, tally);
  return { spent: budget?.spent(), dearest: Object.fromEntries(budget?.dearest ?? []) };
}

describe('the budget of a run that goes on', () => {
  it('reckons each step at what it cost in the journal, where no row is committed yet', () => {
    const { spent, dearest } = resumed({ results: [rowOf(1, [0.25, 4])], steps: [stepOf(2, 'topic', 0.5)] });

    expect(spent).toEqual({ cost: 4.75, calls: 3 });
    expect(dearest).toEqual({ '': 0.5, '-tier1': 4 });
  });

  it('reckons a step at the dearer one of the checkpoint and the journal', () => {
    const { spent, dearest } = resumed({
      committed: [rowOf(1, [0.5, 1])],
      results: [rowOf(2, [0.25, 4])],
      steps: [stepOf(3, 'reply', 2)],
    });

    expect(spent).toEqual({ cost: 7.75, calls: 5 });
    expect(dearest).toEqual({ '': 0.5, '-tier1': 4 });
  });

  it('reckons a row with one question as a whole', () => {
    const row: FinishedResult = { ...rowOf(1, []), calls: 2, spent: spent(3) };

    const { spent: so, dearest } = resumed({ results: [row], parts: [] });

    expect(so).toEqual({ cost: 3, calls: 2 });
    expect(dearest).toEqual({ '': 1.5 });
  });

  it('is none where nothing is limited', () => {
    const store = { earlierResults: () => [], earlierSteps: () => [] };
    const none = { maxCost: undefined, maxCalls: undefined, deadline: undefined };

    expect(budgetOfRun(none, STEPS, store, new RunTally())).toBeUndefined();
  });
});
