import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.js';
import { until } from '../support/until.js';
import { CASES, countedBench } from './counted-bench.js';
import { hasRedis, kill } from './queue-bench.js';

/** Kills of one run; `BATCHAI_KILLS=20` for the long version. */
const KILLS = Number(process.env.BATCHAI_KILLS ?? 3);
/** Printed when a test fails; give it again to see the same choices. */
const SEED = Number(process.env.BATCHAI_SEED ?? Math.floor(Math.random() * 2 ** 31));
const CONCURRENCY = 10;
/** Of each of the two models. */
const IN_FLIGHT = 2 * CONCURRENCY;
/** What a call of the dearer model costs, in USD. */
const DEAREST = 0.011;
const MOST_CALLS = 100;
const MOST_COST = 0.4;

const SEVERAL = CASES.filter(([, kind]) => kind !== 'one question');

describe.skipIf(!hasRedis)('a budget of rows with several calls', () => {
  it.each(SEVERAL)(
    `--max-calls is exact after kill -9 and resume, %s, with %s (BATCHAI_SEED=${SEED})`,
    async (place, kind) => {
      const { counts, lost, code } = await killedRun(place, kind, ['--max-calls', String(MOST_CALLS)]);

      expect(code).toBe(4);
      // A killed process leaves no account of the calls that it had in flight; workers live on here.
      expect(lost).toBeLessThanOrEqual(place === 'over a queue' ? 0 : KILLS * IN_FLIGHT);
      expect(counts.calls).toBe(MOST_CALLS);
    },
    120_000 + KILLS * 30_000,
  );

  it.each(SEVERAL)(
    `--max-cost is not passed, nor left before the next call would, after kill -9 and resume, %s, with %s (BATCHAI_SEED=${SEED})`,
    async (place, kind) => {
      const { counts, code } = await killedRun(place, kind, ['--max-cost', String(MOST_COST)]);

      expect(code).toBe(4);
      expect(counts.cost).toBeLessThanOrEqual(MOST_COST + 1e-9);
      expect(counts.cost).toBeGreaterThan(MOST_COST - DEAREST);
    },
    120_000 + KILLS * 30_000,
  );
});

/** A run that is killed at random moments, the first time before a row is committed, until its budget stops it. */
async function killedRun(
  place: (typeof CASES)[number][0],
  kind: (typeof CASES)[number][1],
  budget: readonly string[],
) {
  const random = seededRandom(SEED);
  const { bench, args, options, made, said } = await countedBench(place, kind, {});
  const start = [...args, ...budget, '-c', String(CONCURRENCY), '--resume'];
  let next = 3 + Math.floor(random() * 5);
  for (let killed = 0; killed < KILLS; killed++) {
    const running = bench.start(start, options);
    await until(() => made() >= next);
    await kill(running);
    next = made() + 1 + Math.floor((random() * 60) / KILLS);
  }
  const { code, stdout } = await bench.run(start, options);
  const { summary: counts } = await said(stdout);
  return { code, counts, lost: made() - counts.calls };
}
