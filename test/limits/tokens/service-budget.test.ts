import { describe, expect, it } from 'vitest';
import { ServiceBudget } from '../../../src/limits/tokens/service-budget.js';

describe('a budget of tokens', () => {
  it('keeps calls apart by what they take', () => {
    const budget = new ServiceBudget();
    budget.set({ remaining: 1_000, resetMs: 10_000 }, 0, 100);

    expect(budget.nextAt(0, 300)).toBe(1_000);
    budget.start(1_000, 300);
    expect(budget.nextAt(1_000, 50)).toBe(4_000);
    budget.start(4_000, 50);
    expect(budget.nextAt(4_000, 50)).toBe(4_500);
  });

  it('lets no call go before the reset that takes more than is left', () => {
    const budget = new ServiceBudget();
    budget.set({ remaining: 1_000, resetMs: 10_000 }, 0, 0);

    budget.start(0, 700);

    expect(budget.nextAt(9_000, 301)).toBe(10_000);
    expect(budget.nextAt(9_000, 300)).toBeLessThan(9_000);
    expect(budget.nextAt(10_000, 1e9)).toBeLessThan(10_000);
  });

  it('says what it allows in a second, until the reset and while there is any', () => {
    const budget = new ServiceBudget();

    expect(budget.perSecond(0)).toBeUndefined();
    budget.set({ remaining: 1_000, resetMs: 10_000 }, 0);
    expect(budget.perSecond(0)).toBe(100);
    expect(budget.perSecond(5_000)).toBe(200);
    expect(budget.perSecond(10_000)).toBeUndefined();
    budget.set({ remaining: 0, resetMs: 10_000 }, 0);
    expect(budget.perSecond(0)).toBeUndefined();
  });
});

describe('a budget of calls', () => {
  it('hinders nobody where a day has plenty left', () => {
    const budget = new ServiceBudget();

    budget.set({ remaining: 14_000, resetMs: 6_000 }, 0);

    expect(budget.nextAt(0)).toBeLessThan(1);
  });

  it('settles at the rate at which a bucket fills up whose reset is when it is full', () => {
    const budget = new ServiceBudget();
    const capacity = 100;
    const fillPerMs = 0.01;
    let level = capacity;
    const starts: number[] = [];

    for (let now = 0; now < 60_000; now += 10) {
      level = Math.min(capacity, level + 10 * fillPerMs);
      while (budget.nextAt(now) <= now) {
        budget.start(now);
        starts.push(now);
        level--;
        expect(level).toBeGreaterThan(0);
        budget.set({ remaining: Math.floor(level), resetMs: (capacity - level) / fillPerMs }, now);
      }
    }

    const settled = starts.filter((at) => at >= 40_000);
    expect(settled.length / 20_000).toBeCloseTo(fillPerMs, 3);
  });
});
