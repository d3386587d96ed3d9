import { describe, expect, it } from 'vitest';
import { type FoundRate, firstRate, intervalOf, nextRate } from '../../../src/queue/redis/found-rate.js';

const LATENCY_MS = 150;
const REPORT_MS = 100;

interface Simulation {
  readonly taken: number;
  readonly refused: number;
  readonly rate: FoundRate;
}

/** Workers that always have calls to make, one rate, and a service: `takes` tells by the moment whether it takes a call. */
function simulate(forMs: number, takes: (now: number) => boolean): Simulation {
  let rate = firstRate(0);
  let nextAt = 0;
  let back: { readonly at: number; readonly startedAt: number; readonly isTaken: boolean }[] = [];
  const total = { taken: 0, refused: 0 };
  for (let now = 0; now < forMs; now++) {
    while (nextAt <= now) {
      const isTaken = takes(now);
      if (isTaken) total.taken++;
      else total.refused++;
      back.push({ at: now + LATENCY_MS, startedAt: now, isTaken });
      nextAt = Math.max(nextAt, now - REPORT_MS) + intervalOf(rate, now);
    }
    // A worker asks again at least once a second.
    nextAt = Math.min(nextAt, now + Math.max(1_000, intervalOf(rate, now)));
    if (now % REPORT_MS !== 0) continue;
    const arrived = back.filter(({ at }) => at <= now);
    if (arrived.length === 0) continue;
    back = back.filter(({ at }) => at > now);
    const startsOf = (isTaken: boolean) =>
      arrived.filter((call) => call.isTaken === isTaken).map(({ startedAt }) => startedAt);
    rate = nextRate(rate, { taken: startsOf(true), refused: startsOf(false), isHeldBack: true }, now);
  }
  return { ...total, rate };
}

/** A service that takes so many calls in each second (or window) by the clock. */
function window(calls: number, windowMs = 1_000): (now: number) => boolean {
  let current = 0;
  let used = 0;
  return (now) => {
    const nth = Math.floor(now / windowMs);
    if (nth !== current) used = 0;
    current = nth;
    return ++used <= calls;
  };
}

describe('a rate that processes find together', () => {
  it('uses most of what a service takes in a second, at the cost of few refusals', () => {
    for (const calls of [5, 20, 200]) {
      const { taken, refused } = simulate(180_000, window(calls));

      const possible = calls * 180;
      expect(taken / possible).toBeGreaterThan(0.75);
      expect(refused / taken).toBeLessThan(0.03);
    }
  });

  it('finds what a service takes in a minute, though it takes much at once', () => {
    const { taken, refused } = simulate(20 * 60_000, window(300, 60_000));

    expect(taken / (300 * 20)).toBeGreaterThan(0.75);
    expect(refused / taken).toBeLessThan(0.08);
  });

  it('is soon back when a service that refused everything takes calls again', () => {
    const isAway = (now: number) => now > 60_000 && now < 70_000;
    const takes = window(50);
    const { taken } = simulate(180_000, (now) => !isAway(now) && takes(now));

    expect(taken / (170 * 50)).toBeGreaterThan(0.5);
  });

  it('goes down once for all calls that were refused at the same rate', () => {
    const busy: FoundRate = {
      ...firstRate(0),
      callsPerSecond: 10,
      second: { at: 0, taken: 10, before: 10 },
    };

    const once = nextRate(busy, { taken: [], refused: [900], isHeldBack: true }, 1_000);
    const many = nextRate(once, { taken: [], refused: [910, 950, 990], isHeldBack: true }, 1_100);

    expect(once.callsPerSecond).toBeCloseTo(9);
    expect(many.callsPerSecond).toBeCloseTo(9);
  });

  it('keeps to what the service says is left', () => {
    const report = { taken: [0], refused: [], isHeldBack: true, stated: { remaining: 5, resetMs: 10_000 } };
    const rate = nextRate({ ...firstRate(0), callsPerSecond: 50 }, report, 100);

    expect(intervalOf(rate, 200)).toBeCloseTo(2_000);
    expect(intervalOf(rate, 10_200)).toBeLessThan(25);
  });

  it('rises for nobody who does not wait for it', () => {
    const rate = nextRate(firstRate(0), { taken: [0, 0, 0], refused: [], isHeldBack: false }, 1_000);

    expect(rate.callsPerSecond).toBe(1);
  });
});
