import { describe, expect, it } from 'vitest';
import { RateProbe } from '../../../src/limits/auto/rate-probe.js';
import { seededRandom } from '../../support/seeded-random.js';
import {
  fixedWindows,
  type HiddenLimit,
  type LimitOverTime,
  slidingWindow,
  tokenBucket,
} from '../hidden-limits.js';
import { type Outcome, type SimulatedRun, simulate } from '../simulated-run.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const perSecond: Record<string, (limit: LimitOverTime, random: () => number) => HiddenLimit> = {
  'any second': (limit) => slidingWindow(limit, SECOND),
  'each second': (limit, random) => fixedWindows(limit, SECOND, random() * SECOND),
  'a small bucket': (limit) => tokenBucket(limit, SECOND / 10),
  "a bucket of a second's calls": (limit) => tokenBucket(limit, SECOND),
};

const perMinute: typeof perSecond = {
  'any minute': (limit) => slidingWindow(limit, MINUTE),
  'each minute': (limit, random) => fixedWindows(limit, MINUTE, random() * MINUTE),
  "a bucket of a minute's calls": (limit) => tokenBucket(limit, MINUTE),
};

const rates = [1, 10, 100, 1_000];
const latencies = [10, 200, 2_000];

function everyCase(forms: typeof perSecond) {
  return Object.entries(forms).flatMap(([form, limitOf]) =>
    rates.flatMap((rate) => latencies.map((latencyMs) => ({ form, limitOf, rate, latencyMs }))),
  );
}

function run(
  limitOf: (typeof perSecond)[string],
  rate: LimitOverTime,
  settings: Pick<SimulatedRun, 'latencyMs' | 'forMs'> & Partial<SimulatedRun>,
): Outcome {
  const random = seededRandom(7);
  return simulate({ limit: limitOf(rate, random), random, ...settings });
}

/** What the service took per second between two moments, in ms. */
function takenPerSecond({ takenAt }: Outcome, fromMs: number, toMs: number): number {
  return takenAt.filter((at) => at >= fromMs && at < toMs).length / ((toMs - fromMs) / SECOND);
}

function refusedShare({ takenAt, refusedAt }: Outcome): number {
  return refusedAt.length / (takenAt.length + refusedAt.length);
}

/** Of the seconds after the first minute, the share in which the pace was within 10 % of the limit. */
function settledShare({ paces }: Outcome, rate: number): number {
  const after = paces.slice(60);
  return after.filter((pace) => Math.abs(pace / rate - 1) <= 0.1).length / after.length;
}

describe('a probe of a limit on the calls of a second', () => {
  it.each(everyCase(perSecond))(
    'settles in a minute on $rate/s in $form, calls of $latencyMs ms, and is hardly ever refused',
    ({ limitOf, rate, latencyMs }) => {
      const outcome = run(limitOf, () => rate, { latencyMs, forMs: 5 * MINUTE });

      const used = takenPerSecond(outcome, MINUTE, 5 * MINUTE) / rate;
      expect(used).toBeGreaterThan(0.9);
      expect(used).toBeLessThan(1.02);
      expect(settledShare(outcome, rate)).toBeGreaterThan(0.8);
      // A limit of 1/s has 300 calls in that time: three refusals are its 1 %, and seven what it takes.
      if (rate === 1) expect(outcome.refusedAt.length).toBeLessThanOrEqual(7);
      else expect(refusedShare(outcome)).toBeLessThan(latencyMs === 2_000 ? 0.02 : 0.01);
    },
  );
});

describe('a probe of a limit on the calls of a minute', () => {
  it.each(everyCase(perMinute).filter(({ rate }) => rate === 10 || rate === 100))(
    'finds $rate/s in $form, calls of $latencyMs ms, after a burst that is taken, and is seldom refused',
    ({ limitOf, rate, latencyMs }) => {
      // A refusal costs the service nothing: it does not take as long as an answer.
      const outcome = run(limitOf, () => rate, { latencyMs, refusalMs: 15, forMs: 8 * MINUTE });

      const used = takenPerSecond(outcome, 4 * MINUTE, 8 * MINUTE) / rate;
      expect(used).toBeGreaterThan(0.85);
      expect(used).toBeLessThan(1.05);
      expect(refusedShare(outcome)).toBeLessThan(0.01);
    },
  );
});

describe('a probe of a limit that changes', () => {
  const changes = Object.entries(perSecond).flatMap(([form, limitOf]) =>
    [
      { from: 100, to: 50 },
      { from: 50, to: 100 },
      { from: 20, to: 100 },
    ].map((change) => ({ form, limitOf, ...change })),
  );

  it.each(changes)('follows it from $from/s to $to/s in $form', ({ limitOf, from, to }) => {
    const change = 2.5 * MINUTE;
    const limit = (now: number) => (now < change ? from : to);

    const outcome = run(limitOf, limit, { latencyMs: 200, forMs: 6 * MINUTE });

    const used = takenPerSecond(outcome, change + 2 * MINUTE, 6 * MINUTE) / to;
    expect(used).toBeGreaterThan(0.85);
    expect(used).toBeLessThan(1.02);
    expect(refusedShare(outcome)).toBeLessThan(0.015);
  });
});

describe('a probe of a service that refuses one call in a hundred, whatever the pace', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

  function meanUsed(rate: number, outcomeOf: (random: () => number) => Outcome): number {
    const used = seeds.map(
      (seed) => takenPerSecond(outcomeOf(seededRandom(seed)), MINUTE, 5 * MINUTE) / rate,
    );
    return used.reduce((sum, share) => sum + share, 0) / used.length;
  }

  // Where each single refusal showed a limit, these shares were 0.01, 0.27 and 0.03.
  it('does not take them for a limit', () => {
    const isTakenBy = (random: () => number) => () => random() > 0.01;

    const used = meanUsed(250, (random) =>
      simulate({ limit: isTakenBy(random), latencyMs: 200, forMs: 5 * MINUTE, concurrency: 50, random }),
    );

    expect(used).toBeGreaterThan(0.4);
  });

  it.each([10, 100])('finds the limit that it has besides, %d/s', (rate) => {
    const used = meanUsed(rate, (random) => {
      const limit = slidingWindow(() => rate, SECOND);
      const isTaken = (now: number) => random() > 0.01 && limit(now);
      return simulate({ limit: isTaken, latencyMs: 200, forMs: 5 * MINUTE, random });
    });

    expect(used).toBeGreaterThan(0.4);
  });
});

describe('a probe', () => {
  it('begins with a call a second', () => {
    expect(new RateProbe().callsPerSecond).toBe(1);
  });

  it('does not raise the rate while calls do not wait for it', () => {
    const probe = new RateProbe();

    for (let nth = 0; nth < 1_000; nth++) {
      probe.started(nth * 2_000, false);
      probe.accepted(nth * 2_000 + 100, nth);
    }

    expect(probe.callsPerSecond).toBe(1);
  });

  it('does not outgrow what the calls in flight can use', () => {
    const outcome = run(
      () => () => true,
      () => 0,
      { latencyMs: 1_000, forMs: 3 * MINUTE, concurrency: 10 },
    );

    expect(outcome.paces.at(-1)).toBeLessThan(20);
  });

  it('counts the refusals of one overshoot once', () => {
    const probe = new RateProbe();
    for (let nth = 0; nth < 60; nth++) {
      probe.started(nth * 20, true);
      if (nth < 50) probe.accepted(nth * 20 + 10, nth);
    }
    probe.refused(1_200, 50);
    probe.refused(1_200, 51);
    const rate = probe.callsPerSecond;

    for (let nth = 52; nth < 60; nth++) probe.refused(1_200 + nth, nth);

    expect(probe.callsPerSecond).toBe(rate);
  });

  it('lets single calls out, ever more seldom, while everything is refused, and goes on when it is not', () => {
    const probe = new RateProbe();
    const paces: number[] = [];
    let now = 0;
    for (let nth = 0; nth < 13; nth++) {
      probe.started(now, true);
      probe.refused(now + 10, nth);
      paces.push(probe.callsPerSecond);
      now += 1_000 / probe.callsPerSecond;
    }

    // The first refusal may be a single one.
    expect(paces[0]).toBeLessThan(1);
    expect(paces.slice(1, 4)).toEqual([1, 1 / 1.6, 1 / 1.6 ** 2].map((pace) => expect.closeTo(pace, 9)));
    expect(paces.at(-1)).toBeCloseTo(1 / 15, 9);
    probe.started(now, true);
    probe.accepted(now + 10, 13);
    expect(probe.callsPerSecond).toBeCloseTo(1, 1);
  });
});
