import type { FabricCall, Spending, TokenUsage } from './fabric.js';

/** Adds one call's usage, and its cost where it is known, to the spending of its row. */
export function noteUsage(call: FabricCall, usage: TokenUsage | undefined, cost: number | undefined): void {
  if (usage === undefined && cost === undefined) return;
  const { input = 0, output = 0, cached = 0 } = usage ?? {};
  call.spent = addSpending(call.spent, {
    input,
    output,
    cached,
    cost: cost ?? 0,
    unpriced: cost === undefined ? 1 : 0,
  });
}

/** Counts a call that was given up after it was sent: its service may bill it although its answer was not read. */
export function noteGivenUp(call: FabricCall): void {
  call.spent = addSpending(call.spent, {
    ...{ input: 0, output: 0, cached: 0, cost: 0, unpriced: 0 },
    possiblyBilled: 1,
  });
}

/** The spending, unless it holds only calls that were given up. */
export function statedSpending(spent: Spending | undefined): Spending | undefined {
  if (spent?.possiblyBilled === undefined) return spent;
  const { input, output, cost, unpriced } = spent;
  return input + output + cost + unpriced === 0 ? undefined : spent;
}

/** The sum of both; undefined is nothing. */
export function addSpending(a: Spending | undefined, b: Spending): Spending;
export function addSpending(a: Spending | undefined, b: Spending | undefined): Spending | undefined;
export function addSpending(a: Spending | undefined, b: Spending | undefined): Spending | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const possiblyBilled = (a.possiblyBilled ?? 0) + (b.possiblyBilled ?? 0);
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cached: a.cached + b.cached,
    cost: a.cost + b.cost,
    unpriced: a.unpriced + b.unpriced,
    ...(possiblyBilled > 0 && { possiblyBilled }),
  };
}
