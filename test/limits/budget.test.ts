import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallError } from '../../src/fabric/call-error.js';
import type { Fabric, FabricCall } from '../../src/fabric/fabric.js';
import { addSpending, noteGivenUp } from '../../src/fabric/spending.js';
import { Budget, type BudgetEnd, type BudgetLimits, type Spent } from '../../src/limits/budget.js';
import { budgeted } from '../../src/limits/budgeted.js';
import { FakeClock } from './fake-clock.js';
import { aCall } from './scripted-fabric.js';

const NOTHING: Spent = { cost: 0, calls: 0 };
const PAID = { name: '', isFree: false };

/** What becomes of a call: what it costs, undefined where nobody knows, and whether it fails. */
interface Outcome {
  readonly cost?: number | 'unsaid';
  readonly fails?: boolean;
  readonly afterMs?: number;
}

/** A service whose n-th call is as told; what it charges is noted as the client notes it. */
function service(clock: FakeClock, outcomeOf: (nth: number) => Outcome) {
  const seen = { calls: 0, cost: 0, inFlight: 0, mostInFlight: 0, dearest: 0 };
  const fabric: Fabric = {
    async run(call: FabricCall) {
      const { cost = 1, fails = false, afterMs = 10 } = outcomeOf(seen.calls++);
      call.calls++;
      seen.mostInFlight = Math.max(seen.mostInFlight, ++seen.inFlight);
      await new Promise<void>((resolve) => void clock.after(afterMs, resolve));
      seen.inFlight--;
      if (cost !== 'unsaid' && !(fails && cost === 0)) {
        seen.cost += cost;
        seen.dearest = Math.max(seen.dearest, cost);
        call.spent = addSpending(call.spent, { input: 1, output: 1, cached: 0, cost, unpriced: 0 });
      }
      if (fails) throw new CallError('bad-answer', 'bad');
      return { answer: 'answer', latencyMs: afterMs };
    },
    get inFlight() {
      return seen.inFlight;
    },
    close: async () => {},
  };
  return { fabric, seen };
}

/** Makes so many calls, as many at a time as there are places, until they are done or refused. */
async function runAll(fabric: Fabric, clock: FakeClock, rows: number, concurrency: number) {
  let next = 0;
  let answered = 0;
  let refused = 0;
  const worker = async () => {
    while (next < rows) {
      next++;
      try {
        await fabric.run(aCall(next));
        answered++;
      } catch (error) {
        if (error instanceof CallError && error.kind === 'aborted') refused++;
      }
    }
  };
  const done = Promise.all(Array.from({ length: concurrency }, worker));
  await clock.advance(rows * 1_000);
  await done;
  return { answered, refused };
}

function aBudget(limits: BudgetLimits, spent = NOTHING) {
  const ends: BudgetEnd[] = [];
  return { budget: new Budget(limits, spent, (end) => ends.push(end)), ends };
}

describe('a budget of money', () => {
  const runs = fc.record({
    rows: fc.integer({ min: 1, max: 60 }),
    concurrency: fc.integer({ min: 1, max: 12 }),
    maxCost: fc.integer({ min: 1, max: 50 }).map((cents) => cents / 100),
    spent: fc.integer({ min: 0, max: 30 }).map((cents) => cents / 100),
    latencies: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 60, maxLength: 60 }),
  });

  it('is used to the last call, and never passed, where every call costs the same and that is known', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ rows, concurrency, maxCost, spent, latencies }) => {
        const clock = new FakeClock();
        const { budget, ends } = aBudget({ maxCost }, { cost: spent, calls: 0 });
        budget.expect('', 0.01);
        const { fabric, seen } = service(clock, (nth) => ({ cost: 0.01, afterMs: latencies[nth] ?? 1 }));

        const { answered, refused } = await runAll(budgeted(fabric, budget, PAID), clock, rows, concurrency);

        const affordable = Math.max(0, Math.round((maxCost - spent) * 100));
        expect(seen.calls).toBe(Math.min(rows, affordable));
        expect(answered + refused).toBe(rows);
        expect(ends.map(({ kind }) => kind)).toEqual(rows > affordable ? ['max-cost'] : []);
      }),
    );
  });

  it('is never passed where every call costs the same, though nobody knew before the first', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ rows, concurrency, maxCost, latencies }) => {
        const clock = new FakeClock();
        const { budget } = aBudget({ maxCost });
        const { fabric, seen } = service(clock, (nth) => ({ cost: 0.01, afterMs: latencies[nth] ?? 1 }));

        await runAll(budgeted(fabric, budget, PAID), clock, rows, concurrency);

        expect(seen.calls).toBe(Math.min(rows, Math.round(maxCost * 100)));
      }),
    );
  });

  it('is passed by what is in flight at most, where prices vary, and calls fail', async () => {
    const prices = fc.array(fc.record({ cents: fc.integer({ min: 0, max: 9 }), fails: fc.boolean() }), {
      minLength: 60,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(runs, prices, async ({ rows, concurrency, maxCost, latencies }, costs) => {
        const clock = new FakeClock();
        const { budget } = aBudget({ maxCost });
        const { fabric, seen } = service(clock, (nth) => ({
          cost: (costs[nth]?.cents ?? 0) / 100,
          fails: costs[nth]?.fails ?? false,
          afterMs: latencies[nth] ?? 1,
        }));

        await runAll(budgeted(fabric, budget, PAID), clock, rows, concurrency);

        expect(seen.cost).toBeLessThanOrEqual(maxCost + concurrency * seen.dearest + 1e-9);
        expect(seen.inFlight).toBe(0);
      }),
    );
  });

  it('makes one call at a time until it is known what one costs', async () => {
    const clock = new FakeClock();
    const { budget } = aBudget({ maxCost: 1 });
    const { fabric, seen } = service(clock, () => ({ cost: 0.01, afterMs: 100 }));
    const paying = budgeted(fabric, budget, PAID);

    const calls = Promise.all(Array.from({ length: 8 }, (_, row) => paying.run(aCall(row))));
    await clock.advance(99);
    const beforeTheFirst = seen.inFlight;
    await clock.advance(50);
    const after = seen.inFlight;
    await clock.advance(100);
    await calls;

    expect([beforeTheFirst, after]).toEqual([1, 7]);
  });

  it('that was used up before lets no call out', async () => {
    const { budget, ends } = aBudget({ maxCost: 5 }, { cost: 5, calls: 100 });

    await expect(budget.reserve('')).rejects.toMatchObject({ kind: 'aborted' });

    expect(ends).toEqual([{ kind: 'max-cost', cost: 5 }]);
  });

  it('ends where the service does not say what a call took, after that one call', async () => {
    const clock = new FakeClock();
    const { budget, ends } = aBudget({ maxCost: 5 });
    const { fabric, seen } = service(clock, () => ({ cost: 'unsaid' }));

    await runAll(budgeted(fabric, budget, PAID), clock, 20, 5);

    expect(seen.calls).toBe(1);
    expect(ends).toEqual([{ kind: 'no-price' }]);
  });

  it('is not for calls that cost nothing', async () => {
    const clock = new FakeClock();
    const { budget } = aBudget({ maxCost: 0.5 });
    const { fabric, seen } = service(clock, () => ({ cost: 'unsaid' }));

    await runAll(budgeted(fabric, budget, { name: '', isFree: true }), clock, 20, 5);

    expect(seen.calls).toBe(20);
  });

  it('is one for all kinds of calls, each reckoned at its own price', async () => {
    const clock = new FakeClock();
    const { budget } = aBudget({ maxCost: 1 });
    budget.expect('cheap', 0.1);
    budget.expect('dear', 0.7);
    const { fabric: cheap, seen: cheapSeen } = service(clock, () => ({ cost: 0.1 }));
    const { fabric: dear, seen: dearSeen } = service(clock, () => ({ cost: 0.7 }));

    await budgetedRun(budgeted(dear, budget, { name: 'dear', isFree: false }), clock, 1);
    await budgetedRun(budgeted(cheap, budget, { name: 'cheap', isFree: false }), clock, 9);

    expect([dearSeen.calls, cheapSeen.calls]).toEqual([1, 3]);
  });
});

it('takes a call that was given up for no measure of what the next one costs', async () => {
  const clock = new FakeClock();
  const { budget } = aBudget({ maxCost: 1 });
  const { fabric, seen } = service(clock, () => ({ cost: 0.7 }));
  let isFirst = true;
  const next: Fabric = {
    ...{ inFlight: 0, close: async () => {} },
    async run(call) {
      if (!isFirst) return fabric.run(call);
      isFirst = false;
      noteGivenUp(call);
      throw new CallError('timeout', 'no answer');
    },
  };

  await budgetedRun(budgeted(next, budget, PAID), clock, 9);

  expect(seen.calls).toBe(1);
});

async function budgetedRun(fabric: Fabric, clock: FakeClock, rows: number) {
  return runAll(fabric, clock, rows, 4);
}

describe('a budget of calls', () => {
  it('is exact, whatever becomes of the calls, and with those from before', async () => {
    const runs = fc.record({
      rows: fc.integer({ min: 1, max: 60 }),
      concurrency: fc.integer({ min: 1, max: 12 }),
      maxCalls: fc.integer({ min: 1, max: 50 }),
      before: fc.integer({ min: 0, max: 50 }),
      failing: fc.integer({ min: 2, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(runs, async ({ rows, concurrency, maxCalls, before, failing }) => {
        const clock = new FakeClock();
        const { budget, ends } = aBudget({ maxCalls }, { cost: 0, calls: before });
        const { fabric, seen } = service(clock, (nth) => ({ fails: nth % failing === 0, cost: 'unsaid' }));

        await runAll(budgeted(fabric, budget, PAID), clock, rows, concurrency);

        expect(seen.calls).toBe(Math.min(rows, Math.max(0, maxCalls - before)));
        expect(ends.map(({ kind }) => kind)).toEqual(rows > maxCalls - before ? ['max-calls'] : []);
      }),
    );
  });

  it('gives back what was set aside for a call that never went out', async () => {
    const { budget } = aBudget({ maxCalls: 1 });

    const reserved = await budget.reserve('');
    budget.settle('', reserved, NOTHING, 'nothing-charged');

    await expect(budget.reserve('')).resolves.toBe(0);
  });

  it('lets those that wait go, refused, when the run stops', async () => {
    const { budget, ends } = aBudget({ maxCalls: 1 });
    await budget.reserve('');
    const waiting = budget.reserve('');

    budget.close(new CallError('aborted', 'the run stopped'));

    await expect(waiting).rejects.toThrow('the run stopped');
    expect(ends).toEqual([]);
  });

  it('tells its share of the limit that is nearer', () => {
    expect(aBudget({ maxCalls: 10, maxCost: 2 }, { cost: 1, calls: 2 }).budget.share).toBe(0.5);
    expect(aBudget({ maxCalls: 10, maxCost: 2 }, { cost: 1, calls: 8 }).budget.share).toBe(0.8);
  });
});
