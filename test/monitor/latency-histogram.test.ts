import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/monitor/latency-histogram.js';
import { runs } from '../support/runs.js';

/** From a microsecond to a day, all magnitudes alike. */
const latencyMs = fc.double({ min: Math.log(0.001), max: Math.log(86_400_000), noNaN: true }).map(Math.exp);
const samples = fc.array(latencyMs, { minLength: 1, maxLength: 300 });

/** Half a bucket, and half a unit of the fourth digit to which figures are rounded. */
const TOLERANCE = 0.01 + 0.0005;

function histogramOf(latencies: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const latency of latencies) histogram.add(latency);
  return histogram;
}

/** The smallest sample that at least this share of all samples do not exceed. */
function exactPercentile(latencies: readonly number[], share: number): number {
  const sorted = [...latencies].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}

it('percentiles are within 1 % of the exact ones', () => {
  fc.assert(
    fc.property(samples, (latencies) => {
      const { p50, p95, p99 } = histogramOf(latencies).summary();

      for (const [share, found] of [
        [0.5, p50],
        [0.95, p95],
        [0.99, p99],
      ] as const) {
        const exact = exactPercentile(latencies, share);
        expect(Math.abs(found - exact) / exact).toBeLessThanOrEqual(TOLERANCE);
      }
    }),
    { numRuns: runs(100) },
  );
});

it('the mean is exact but for its rounding to four digits', () => {
  fc.assert(
    fc.property(samples, (latencies) => {
      const mean = latencies.reduce((sum, latency) => sum + latency, 0) / latencies.length;

      expect(histogramOf(latencies).summary().mean / mean).toBeCloseTo(1, 3);
    }),
  );
});

it('what comes back from a snapshot counts on as if nothing had happened', () => {
  fc.assert(
    fc.property(samples, samples, (before, after) => {
      const kept = JSON.parse(JSON.stringify(histogramOf(before).snapshot()));
      const resumed = LatencyHistogram.from(kept);
      for (const latency of after) resumed.add(latency);

      const whole = histogramOf([...before, ...after]);

      expect(resumed.snapshot()).toEqual(whole.snapshot());
      expect(resumed.summary()).toEqual(whole.summary());
    }),
  );
});

it('two histograms merge into that of all their samples', () => {
  fc.assert(
    fc.property(samples, samples, (first, second) => {
      const merged = histogramOf(first);
      merged.merge(histogramOf(second));

      const whole = histogramOf([...first, ...second]);

      expect(merged.snapshot().buckets).toEqual(whole.snapshot().buckets);
      expect(merged.snapshot().count).toBe(whole.snapshot().count);
      expect(merged.snapshot().sumMs).toBeCloseTo(whole.snapshot().sumMs, 3);
    }),
  );
});

describe('a histogram', () => {
  it('of nothing is all zero', () => {
    expect(new LatencyHistogram().summary()).toEqual({ mean: 0, p50: 0, p95: 0, p99: 0 });
    expect(LatencyHistogram.from(new LatencyHistogram().snapshot()).summary().p99).toBe(0);
  });

  it('takes a latency of nothing, too', () => {
    expect(histogramOf([0, 0]).summary()).toMatchObject({ mean: 0, p50: expect.closeTo(0.001, 4) });
  });

  it('is as small for a million samples as for the spread of them', () => {
    const histogram = new LatencyHistogram();
    for (let index = 0; index < 1_000_000; index++) histogram.add(100 + (index % 100));

    expect(Object.keys(histogram.snapshot().buckets).length).toBeLessThan(40);
    expect(histogram.snapshot().count).toBe(1_000_000);
  });
});
