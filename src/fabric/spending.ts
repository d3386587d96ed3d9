import type { FabricCall, Spending, TokenUsage } from './fabric.js';

/** Adds what one call took, and its cost where that is known, to what its row's calls have taken. */
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

/** The sum of both; undefined is nothing. */
export function addSpending(a: Spending | undefined, b: Spending): Spending;
export function addSpending(a: Spending | undefined, b: Spending | undefined): Spending | undefined;
export function addSpending(a: Spending | undefined, b: Spending | undefined): Spending | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cached: a.cached + b.cached,
    cost: a.cost + b.cost,
    unpriced: a.unpriced + b.unpriced,
  };
}
