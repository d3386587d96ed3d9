import { describe, expect, it } from 'vitest';
import { ConcurrencyTuner } from '../../../src/limits/auto/concurrency-tuner.js';
import { runs } from '../../support/runs.js';
import { seededRandom } from '../../support/seeded-random.js';
import { type ServiceOutcome, simulateService } from '../simulated-service.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const seeds = [1, 2, 3, 4, 5].slice(0, runs(2));

/** Lognormal with this median, and one in a hundred above `p99Ms`. */
function lognormal(random: () => number, medianMs: number, p99Ms: number): () => number {
  const sigma = Math.log(p99Ms / medianMs) / 2.326;
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return medianMs * Math.exp(sigma * normal);
  };
}

/** Around this, give or take 20 %. */
function about(random: () => number, ms: number): () => number {
  return () => ms * (0.8 + 0.4 * random());
}

function finishedPerSecond({ finishedAt }: ServiceOutcome, fromMs: number, toMs: number): number {
  return finishedAt.filter((at) => at >= fromMs && at < toMs).length / ((toMs - fromMs) / SECOND);
}

describe('calls in flight under a limit', () => {
  it.each(
    seeds.flatMap((seed) => [
      { calls: 2, medianMs: 200, inFlight: 0.65, seed },
      { calls: 20, medianMs: 200, inFlight: 6.5, seed },
      { calls: 100, medianMs: 200, inFlight: 33, seed },
      { calls: 20, medianMs: 2_000, inFlight: 65, seed },
    ]),
  )(
    'use $calls/s to 98 % though p99 is ten times the median of $medianMs ms, and are not wildly more ($seed)',
    ({ calls, medianMs, inFlight, seed }) => {
      const rate = { calls, perMs: SECOND };
      const workMs = lognormal(seededRandom(seed), medianMs, 10 * medianMs);

      const outcome = simulateService({ workMs, rate: () => rate, forMs: 6 * MINUTE });

      // The pacer itself uses 98.5 %.
      expect(finishedPerSecond(outcome, MINUTE, 6 * MINUTE) / calls).toBeGreaterThan(0.975);
      expect(Math.max(...outcome.sizes.slice(60))).toBeLessThan(1.7 * inFlight + 6);
    },
  );

  it('follow a limit that changes', () => {
    const [low, high] = [
      { calls: 20, perMs: SECOND },
      { calls: 100, perMs: SECOND },
    ];
    const outcome = simulateService({
      workMs: lognormal(seededRandom(1), 200, 2_000),
      rate: (now) => (now >= 2 * MINUTE && now < 4 * MINUTE ? high : low),
      forMs: 6 * MINUTE,
    });

    expect(finishedPerSecond(outcome, 2 * MINUTE + 10 * SECOND, 4 * MINUTE)).toBeGreaterThan(97);
    expect(finishedPerSecond(outcome, 4 * MINUTE + 10 * SECOND, 6 * MINUTE)).toBeGreaterThan(19.5);
    expect(Math.max(...outcome.sizes.slice(250))).toBeLessThan(20);
  });

  it('stay at what the service can do where the limit is far above it', () => {
    const rate = { calls: 1_000, perMs: SECOND };
    const outcome = simulateService({
      workMs: about(seededRandom(1), 100),
      workers: () => 16,
      rate: () => rate,
      forMs: 5 * MINUTE,
    });

    expect(Math.max(...outcome.sizes.slice(20))).toBeLessThan(48);
    expect(finishedPerSecond(outcome, 20 * SECOND, 5 * MINUTE)).toBeGreaterThan(0.95 * 160);
  });
});

describe('calls in flight without a limit', () => {
  it('begin with 10, or with the most where that is less', () => {
    expect(new ConcurrencyTuner({ most: 256 }).size(undefined)).toBe(10);
    expect(new ConcurrencyTuner({ most: 4 }).size(undefined)).toBe(4);
  });

  it.each(seeds)('stay a little past the knee of a service that works on 16 at a time (%s)', (seed) => {
    const outcome = simulateService({
      workMs: about(seededRandom(seed), 100),
      workers: () => 16,
      forMs: 5 * MINUTE,
    });

    const sizes = outcome.sizes.slice(20).sort((a, b) => a - b);
    expect(sizes[0]).toBeGreaterThanOrEqual(14);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(32);
    expect(sizes.at(-1)).toBeLessThan(48);
    expect(finishedPerSecond(outcome, 20 * SECOND, 5 * MINUTE)).toBeGreaterThan(0.95 * 160);
  });

  it.each(seeds)('keep a service busy whose calls take very different times (%s)', (seed) => {
    const workMs = lognormal(seededRandom(seed), 80, 400);
    const outcome = simulateService({ workMs, workers: () => 16, forMs: 5 * MINUTE });

    expect(finishedPerSecond(outcome, 20 * SECOND, 5 * MINUTE)).toBeGreaterThan(0.95 * 157);
    expect(Math.max(...outcome.sizes)).toBeLessThan(128);
  });

  it.each(
    seeds.flatMap((seed) => [
      { medianMs: 200, p99Ms: 2_000, withinMs: 30 * SECOND, seed },
      { medianMs: 2_000, p99Ms: 8_000, withinMs: 90 * SECOND, seed },
    ]),
  )(
    'are soon the most, and stay it, where the service scales without end: $medianMs to $p99Ms ms ($seed)',
    ({ medianMs, p99Ms, withinMs, seed }) => {
      const workMs = lognormal(seededRandom(seed), medianMs, p99Ms);

      const { sizes } = simulateService({ workMs, most: 256, forMs: 5 * MINUTE });

      expect(sizes.slice(0, withinMs / SECOND)).toContain(256);
      const after = sizes.slice(withinMs / SECOND);
      expect(after.reduce((sum, size) => sum + size, 0) / after.length).toBeGreaterThan(230);
      expect(Math.max(...sizes)).toBe(256);
    },
  );

  it('follow a service that gets fewer workers, and then more', () => {
    const outcome = simulateService({
      workMs: about(seededRandom(1), 100),
      workers: (now) => (now < 2 * MINUTE ? 16 : now < 4 * MINUTE ? 8 : 32),
      forMs: 6 * MINUTE,
    });

    expect(finishedPerSecond(outcome, 2 * MINUTE + 10 * SECOND, 4 * MINUTE)).toBeGreaterThan(0.95 * 80);
    expect(finishedPerSecond(outcome, 4 * MINUTE + 10 * SECOND, 6 * MINUTE)).toBeGreaterThan(0.95 * 320);
    expect(Math.max(...outcome.sizes)).toBeLessThan(96);
  });

  it('are not kept down for long by a service that has only become slower', () => {
    const { sizes } = simulateService({
      workMs: (now) => (now < 2 * MINUTE ? 50 : 400),
      forMs: 4 * MINUTE,
    });

    expect(Math.min(...sizes.slice(120))).toBeGreaterThan(64);
    expect(sizes.slice(150).every((size) => size === 256)).toBe(true);
  });

  it('are never fewer than 2', () => {
    const tuner = new ConcurrencyTuner({ most: 256 });
    for (let n = 0; n < 20; n++) tuner.finished(n * SECOND, 1);

    expect(tuner.size(0.001)).toBe(2);
  });

  it.each([0, 1, 2.5, Number.NaN])('cannot be at most %s', (most) => {
    expect(() => new ConcurrencyTuner({ most })).toThrow(RangeError);
  });
});
