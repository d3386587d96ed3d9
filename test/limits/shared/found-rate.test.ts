import { describe, expect, it } from 'vitest';
import { type FoundRate, rateFinding } from '../../../src/limits/shared/found-rate.js';
import { tokenBucket } from '../hidden-limits.js';

const LATENCY_MS = 150;
const REPORT_MS = 100;

interface Simulation {
  readonly taken: number;
  readonly refused: number;
  readonly rate: FoundRate;
}

/** Workers that always have calls to make, one rate, and a service: `takes` tells by the moment whether it takes a call. */
function simulate(forMs: number, takes: (now: number) => boolean): Simulation {
  let rate = rateFinding.first(0);
  let nextAt = 0;
  let started: number[] = [];
  let back: { readonly at: number; readonly startedAt: number; readonly isTaken: boolean }[] = [];
  const total = { taken: 0, refused: 0 };
  for (let now = 0; now < forMs; now++) {
    while (nextAt <= now) {
      const isTaken = takes(now);
      if (isTaken) total.taken++;
      else total.refused++;
      started.push(now);
      back.push({ at: now + LATENCY_MS, startedAt: now, isTaken });
      nextAt = Math.max(nextAt, now - REPORT_MS) + rateFinding.intervalOf(rate, now);
    }
    // A worker asks again at least once a second.
    nextAt = Math.min(nextAt, now + Math.max(1_000, rateFinding.intervalOf(rate, now)));
    if (now % REPORT_MS !== 0) continue;
    const arrived = back.filter(({ at }) => at <= now);
    if (arrived.length + started.length === 0) continue;
    back = back.filter(({ at }) => at > now);
    const startsOf = (isTaken: boolean) =>
      arrived.filter((call) => call.isTaken === isTaken).map(({ startedAt }) => startedAt);
    const report = { started, taken: startsOf(true), refused: startsOf(false), isHeldBack: true };
    rate = rateFinding.next(rate, report, now);
    started = [];
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
    const started = Array.from({ length: 100 }, (_, nth) => nth * 50);
    const report = { started, taken: started.slice(0, 90), refused: [4_800, 4_850], isHeldBack: true };

    const once = rateFinding.next(rateFinding.first(0), report, 5_000);
    const late = { started: [], taken: [], refused: [4_900, 4_950], isHeldBack: true };
    const many = rateFinding.next(once, late, 5_100);

    expect(once.probe.cutAt).toBe(5_000);
    expect(many.callsPerSecond).toBe(once.callsPerSecond);
  });

  it('uses most of what goes into a bucket, at the cost of few refusals', () => {
    const takes = tokenBucket(() => 20, 1_000);

    const { taken, refused } = simulate(90_000, takes);

    // When what was taken in the slow start counted for what the service takes in the long run, it was half.
    expect(taken / (20 * 90)).toBeGreaterThan(0.75);
    expect(refused).toBeLessThan(20);
  });

  it('remembers calls in few numbers', () => {
    const { rate } = simulate(60_000, window(500));

    expect(JSON.stringify(rate).length).toBeLessThan(8_000);
  });

  it('keeps to what the service says is left', () => {
    const report = {
      started: [0],
      taken: [0],
      refused: [],
      isHeldBack: true,
      stated: { remaining: 5, resetMs: 10_000 },
    };
    const first = rateFinding.first(0);
    const busy: FoundRate = { ...first, probe: { ...first.probe, rate: 50 } };
    const rate = rateFinding.next(busy, report, 100);

    expect(rateFinding.intervalOf(rate, 200)).toBeCloseTo(2_000);
    expect(rateFinding.intervalOf(rate, 10_200)).toBeLessThan(25);
  });

  it('rises for nobody who does not wait for it', () => {
    const rate = rateFinding.next(
      rateFinding.first(0),
      { started: [0, 0, 0], taken: [0, 0, 0], refused: [], isHeldBack: false },
      1_000,
    );

    expect(rate.callsPerSecond).toBe(1);
  });
});
