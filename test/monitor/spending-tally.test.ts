import { describe, expect, it } from 'vitest';
import type { FabricCall } from '../../src/fabric/fabric.js';
import { noteGivenUp, noteUsage, statedSpending } from '../../src/fabric/spending.js';
import { type SpendingSnapshot, SpendingTally } from '../../src/monitor/spending-tally.js';
import { answered } from './some-results.js';

function aCall(): FabricCall {
  return { row: 1, inputs: {}, calls: 0, attempts: 0 };
}

describe('calls that may be billed', () => {
  it('are summed over rows that have a result, that are left, and that are tried again', () => {
    const call = aCall();
    noteGivenUp(call);
    noteUsage(call, { input: 10, output: 2 }, 0.5);
    noteGivenUp(call);
    const { spent } = call;
    if (spent === undefined) throw new Error('wanted spending');
    const tally = new SpendingTally();

    tally.add({ ...answered(1), spent });
    tally.addSpent(spent);
    tally.merge(new SpendingTally(tally.snapshot()));

    expect(tally).toMatchObject({ possiblyBilled: 8, input: 40, cost: 2, unpriced: 0 });
  });

  it('are none in the snapshot of an older version', () => {
    const { possiblyBilled: _, ...older } = new SpendingTally().snapshot();

    expect(new SpendingTally(older as SpendingSnapshot).possiblyBilled).toBe(0);
  });

  it('say nothing of what a row took', () => {
    const call = aCall();
    noteGivenUp(call);
    expect(statedSpending(call.spent)).toBeUndefined();

    noteUsage(call, { input: 10, output: 2 }, undefined);
    expect(statedSpending(call.spent)).toMatchObject({ input: 10, unpriced: 1 });
  });
});
