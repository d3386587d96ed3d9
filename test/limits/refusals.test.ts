import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateLimit } from '../../src/limits/pace/rate-limit.js';
import { runs } from '../support/runs.js';
import { seededRandom } from '../support/seeded-random.js';
import { type LayeredRun, runLayers } from './layered-run.js';
import { serverError, tooManyRequests } from './scripted-fabric.js';

type Service = LayeredRun['service'];
type Kind = 'fixed' | 'sliding' | 'bucket';

interface Limit {
  readonly kind: Kind;
  readonly calls: number;
  readonly perMs: number;
  /** Whether its refusals say how long to wait. */
  readonly namesTime: boolean;
  readonly latencyMs: number;
  readonly refusalMs: number;
}

/** A service with a limit that it states nowhere. */
function limitedService(limit: Limit, random: () => number): Service {
  const { kind, calls, perMs, namesTime, latencyMs, refusalMs } = limit;
  const waitMs = { fixed: fixedWindow, sliding: slidingWindow, bucket }[kind](calls, perMs);
  return (now) => {
    const jitter = 0.7 + 0.6 * random();
    const ms = waitMs(now);
    if (ms === 0) return { afterMs: latencyMs * jitter };
    const asked = namesTime ? Math.max(1, Math.ceil(ms / 1_000)) * 1_000 : undefined;
    return { error: tooManyRequests(asked), afterMs: refusalMs * jitter };
  };
}

function fixedWindow(calls: number, perMs: number) {
  let window = 0;
  let taken = 0;
  return (now: number) => {
    const current = Math.floor(now / perMs);
    taken = current === window ? taken : 0;
    window = current;
    return taken++ < calls ? 0 : (current + 1) * perMs - now;
  };
}

function slidingWindow(calls: number, perMs: number) {
  const taken: number[] = [];
  return (now: number) => {
    while (taken[0] !== undefined && now - taken[0] >= perMs) taken.shift();
    if (taken.length >= calls) return (taken[0] ?? now) + perMs - now;
    taken.push(now);
    return 0;
  };
}

function bucket(calls: number, perMs: number) {
  let full = calls;
  let last = 0;
  return (now: number) => {
    full = Math.min(calls, full + ((now - last) * calls) / perMs);
    last = now;
    if (full < 1) return ((1 - full) * perMs) / calls;
    full--;
    return 0;
  };
}

/** A service that is well: single calls are refused, whatever the pace. */
function healthyService(strays: ReadonlySet<number>, latencyMs: number, refusalMs: number): Service {
  return (_now, nth) =>
    strays.has(nth) ? { error: tooManyRequests(1_000), afterMs: refusalMs } : { afterMs: latencyMs };
}

const KINDS: readonly Kind[] = ['fixed', 'sliding', 'bucket'];

describe('a key limited to 12 a minute, with 20 rows and 10 places', () => {
  it('has no more calls refused than places times two, and is used', async () => {
    const limits = fc.record({
      kind: fc.constantFrom(...KINDS),
      calls: fc.constant(12),
      perMs: fc.constant(60_000),
      namesTime: fc.boolean(),
      latencyMs: fc.constantFrom(50, 400, 3_000),
      refusalMs: fc.constantFrom(2, 20, 50),
    });
    const rate = fc.constantFrom<RateLimit>('none', { calls: 100, perMs: 60_000 });
    await fc.assert(
      fc.asyncProperty(limits, rate, fc.nat(), async (limit, own, seed) => {
        const random = seededRandom(seed);
        const service = limitedService(limit, random);

        const outcome = await runLayers({ rows: 20, places: 10, rate: own, service, random });

        expect(outcome.refused).toBeLessThanOrEqual(20);
        // The longest pause of our own is a minute.
        expect(outcome.doneAt).toBeLessThan(limit.namesTime ? 75_000 : 180_000);
      }),
      { numRuns: runs(20) },
    );
  });
});

describe('a limited key that the run is too fast for', () => {
  it.each(KINDS)('is used, and refuses few calls: %s', async (kind) => {
    const random = seededRandom(7);
    const limit = { kind, calls: 20, perMs: 1_000, namesTime: true, latencyMs: 100, refusalMs: 20 };

    const outcome = await runLayers({
      rows: 1_000,
      places: 50,
      service: limitedService(limit, random),
      random,
    });

    // When every refusal paused all calls and all came back at once, it was 1,394 to 1,507.
    expect(outcome.refused).toBeLessThan(150);
    expect(1_000 / (outcome.doneAt / 1_000) / 20).toBeGreaterThan(0.8);
  });
});

describe('a service that refuses single calls', () => {
  it.each<[string, RateLimit]>([
    ['no limit', 'none'],
    ['a limit', { calls: 500, perMs: 1_000 }],
  ])('holds up their rows alone: %s', async (_name, rate) => {
    const outcomes = await Promise.all(
      [1, 2, 3, 4].map((seed) => {
        const random = seededRandom(seed);
        const strays = new Set(Array.from({ length: 10 }, (_, n) => n * 100 + Math.floor(random() * 80)));
        const service = healthyService(strays, 50, 50);
        return runLayers({ rows: 1_000, places: 50, rate, service, random });
      }),
    );

    expect(outcomes.map(({ pauses }) => pauses)).toEqual([0, 0, 0, 0]);
    // Without refusals it takes 1 s, or 2 s at the limit; the last row to be refused waits a second.
    for (const { doneAt } of outcomes) expect(doneAt).toBeLessThan(4_000);
  });

  it('does so where it refuses at once and answers slowly', async () => {
    const random = seededRandom(3);
    const service = healthyService(new Set([200, 500, 800]), 5_000, 100);

    const { pauses, doneAt } = await runLayers({ rows: 1_000, places: 50, service, random });

    expect(pauses).toBe(0);
    expect(doneAt).toBeLessThan(120_000);
  });

  it('is no slower than before once it is well again', async () => {
    const service: Service = (now) =>
      now > 3_000 && now < 13_000 ? { error: tooManyRequests(1_000), afterMs: 5 } : { afterMs: 50 };

    const { doneAt } = await runLayers({ rows: 10_000, places: 50, service, random: () => 0.5 });

    // 10 s at full speed, and the outage.
    expect(doneAt).toBeLessThan(22_000);
  });

  it('holds up all rows no longer for a single 503', async () => {
    const service: Service = (_now, nth) =>
      nth === 100 ? { error: serverError(503), afterMs: 50 } : { afterMs: 50 };

    const { pauses } = await runLayers({ rows: 300, places: 10, service, random: () => 1 });

    expect(pauses).toBe(0);
  });
});
