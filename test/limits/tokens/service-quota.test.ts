import { describe, expect, it } from 'vitest';
import { ServiceQuota } from '../../../src/limits/tokens/service-quota.js';

describe('a quota of tokens', () => {
  it('keeps calls apart by what they take', () => {
    const quota = new ServiceQuota();
    quota.set({ remaining: 1_000, resetMs: 10_000 }, 0, 100);

    expect(quota.nextAt(0, 300)).toBe(1_000);
    quota.start(1_000, 300);
    expect(quota.nextAt(1_000, 50)).toBe(4_000);
    quota.start(4_000, 50);
    expect(quota.nextAt(4_000, 50)).toBe(4_500);
  });

  it('lets no call go before the reset that takes more than is left', () => {
    const quota = new ServiceQuota();
    quota.set({ remaining: 1_000, resetMs: 10_000 }, 0, 0);

    quota.start(0, 700);

    expect(quota.nextAt(9_000, 301)).toBe(10_000);
    expect(quota.nextAt(9_000, 300)).toBeLessThan(9_000);
    expect(quota.nextAt(10_000, 1e9)).toBeLessThan(10_000);
  });

  it('says what it allows in a second, until the reset and while there is any', () => {
    const quota = new ServiceQuota();

    expect(quota.perSecond(0)).toBeUndefined();
    quota.set({ remaining: 1_000, resetMs: 10_000 }, 0);
    expect(quota.perSecond(0)).toBe(100);
    expect(quota.perSecond(5_000)).toBe(200);
    expect(quota.perSecond(10_000)).toBeUndefined();
    quota.set({ remaining: 0, resetMs: 10_000 }, 0);
    expect(quota.perSecond(0)).toBeUndefined();
  });
});

describe('a quota of calls', () => {
  it('hinders nobody where a day has plenty left', () => {
    const quota = new ServiceQuota();

    quota.set({ remaining: 14_000, resetMs: 6_000 }, 0);

    expect(quota.nextAt(0)).toBeLessThan(1);
  });

  it('settles at the rate at which a bucket fills up whose reset is when it is full', () => {
    const quota = new ServiceQuota();
    const capacity = 100;
    const fillPerMs = 0.01;
    let level = capacity;
    const starts: number[] = [];

    for (let now = 0; now < 60_000; now += 10) {
      level = Math.min(capacity, level + 10 * fillPerMs);
      while (quota.nextAt(now) <= now) {
        quota.start(now);
        starts.push(now);
        level--;
        expect(level).toBeGreaterThan(0);
        quota.set({ remaining: Math.floor(level), resetMs: (capacity - level) / fillPerMs }, now);
      }
    }

    const settled = starts.filter((at) => at >= 40_000);
    expect(settled.length / 20_000).toBeCloseTo(fillPerMs, 3);
  });
});
