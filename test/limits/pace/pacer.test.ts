import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer } from '../../../src/limits/pace/pacer.js';
import type { Rate } from '../../../src/limits/pace/rate-limit.js';
import { mostInAnyWindow } from '../most-in-any-window.js';

const anyRate: fc.Arbitrary<Rate> = fc.record({
  calls: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 51, max: 2_000 })),
  perMs: fc.oneof(fc.constantFrom(1_000, 60_000, 3_600_000), fc.double({ min: 1, max: 1e5, noNaN: true })),
});

/** Starts under constant demand, each up to `maxLatenessMs` after it might have been. */
function startsUnderDemand(rate: Rate, count: number, lateness: () => number): number[] {
  const pacer = new Pacer(rate);
  const starts: number[] = [];
  let now = 0;
  while (starts.length < count) {
    if (pacer.nextAt > now) now = pacer.nextAt + lateness();
    pacer.start(now);
    starts.push(now);
  }
  return starts;
}

describe('a pacer', () => {
  it('never starts more than its calls in any window, whenever it is asked', () => {
    fc.assert(
      fc.property(
        anyRate,
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1 }),
        (rate, gaps) => {
          const pacer = new Pacer(rate);
          const starts: number[] = [];
          let now = 0;
          for (let n = 0; n < Math.min(3 * rate.calls, 3_000) + gaps.length; n++) {
            // Asked at odd times: a share of an interval, or some intervals, after the last start.
            now = Math.max(pacer.nextAt, now + ((gaps[n % gaps.length] ?? 0) * rate.perMs) / rate.calls);
            pacer.start(now);
            starts.push(now);
          }

          expect(mostInAnyWindow(starts, rate.perMs)).toBeLessThanOrEqual(rate.calls);
        },
      ),
    );
  });

  it.each([
    { calls: 1, perMs: 1_000 },
    { calls: 20, perMs: 1_000 },
    { calls: 100, perMs: 60_000 },
    { calls: 5_000, perMs: 1_000 },
    { calls: 20_000, perMs: 1_000 },
    { calls: 5_000, perMs: 3_600_000 },
  ])('uses 97 % of $calls in $perMs ms and keeps it, though timers are up to 8 ms late', (rate) => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 8, noNaN: true }), { minLength: 1 }), (lateness) => {
        let n = 0;
        const starts = startsUnderDemand(
          rate,
          Math.min(60_000, rate.calls * 3) + 100,
          () => lateness[n++ % lateness.length] ?? 0,
        );

        const tookMs = (starts.at(-1) ?? 0) - (starts[0] ?? 0);
        expect((starts.length - 1) / tookMs / (rate.calls / rate.perMs)).toBeGreaterThan(0.97);
        expect(mostInAnyWindow(starts, rate.perMs)).toBeLessThanOrEqual(rate.calls);
      }),
      { numRuns: 20 },
    );
  });

  it('spaces starts evenly', () => {
    const starts = startsUnderDemand({ calls: 20, perMs: 1_000 }, 100, () => 0);

    for (const [n, start] of starts.entries()) expect(start).toBeCloseTo((n * 50) / 0.985, 6);
  });

  it('does not catch up with an idle time', () => {
    const pacer = new Pacer({ calls: 20, perMs: 1_000 });
    pacer.start(0);

    pacer.start(10_000);

    expect(pacer.nextAt).toBeCloseTo(10_000 + 50 / 0.985);
  });

  it('catches up with a timer that was a little late', () => {
    const pacer = new Pacer({ calls: 20, perMs: 1_000 });
    pacer.start(0);

    pacer.start(pacer.nextAt + 8);

    expect(pacer.nextAt).toBeCloseTo(100 / 0.985);
  });

  it('lets starts that are closer than a timer can wait for go together', () => {
    const pacer = new Pacer({ calls: 10_000, perMs: 1_000 });
    let started = 0;

    while (pacer.nextAt <= 0) {
      pacer.start(0);
      started++;
    }

    expect(started).toBe(9);
  });

  it('keeps ten million a second without holding up a program that makes one in a microsecond', () => {
    const pacer = new Pacer({ calls: 10_000_000, perMs: 1_000 });

    let heldUp = 0;
    for (let n = 0; n < 100_000; n++) {
      if (pacer.nextAt > n / 1_000) heldUp++;
      pacer.start(n / 1_000);
    }

    expect(heldUp).toBe(0);
  });

  it.each([
    { calls: 0, perMs: 1_000 },
    { calls: 1.5, perMs: 1_000 },
    { calls: Number.NaN, perMs: 1_000 },
    { calls: 1, perMs: 0 },
    { calls: 1, perMs: Number.POSITIVE_INFINITY },
  ])('refuses $calls calls in $perMs ms', (rate) => {
    expect(() => new Pacer(rate)).toThrow(RangeError);
  });
});
