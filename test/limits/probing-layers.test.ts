import { expect, it } from 'vitest';
import { limited } from '../../src/limits/limited.js';
import { Limiter } from '../../src/limits/limiter.js';
import { retrying } from '../../src/limits/retry/retrying.js';
import { FakeClock } from './fake-clock.js';
import { slidingWindow } from './hidden-limits.js';
import { aCall, ScriptedFabric, tooManyRequests } from './scripted-fabric.js';

const SECOND = 1_000;

/** Rows without end, `inFlight` at a time, through a run's layers to a service that states no limit. */
function endlessRun(inFlight: number, isTaken: (now: number) => boolean) {
  const clock = new FakeClock();
  const refusedAt: number[] = [];
  const takenAt: number[] = [];
  const service = new ScriptedFabric(clock, () => {
    const now = clock.now();
    if (isTaken(now)) {
      takenAt.push(now);
      return { afterMs: 100 };
    }
    refusedAt.push(now);
    return { error: tooManyRequests(), afterMs: 20 };
  });
  const limiter = new Limiter({ rate: 'auto', clock });
  const fabric = retrying(limited(service, limiter), { attempts: 3, limiter, clock, random: Math.random });
  let row = 0;
  const oneAfterAnother = async (): Promise<void> => {
    for (;;) await fabric.run(aCall(++row));
  };
  for (let n = 0; n < inFlight; n++) oneAfterAnother().catch(() => {});
  return { clock, limiter, refusedAt, takenAt };
}

it('finds the rate that a service takes, through all the layers, with few refusals', async () => {
  const perSecond = 20;
  const run = endlessRun(
    20,
    slidingWindow(() => perSecond, SECOND),
  );

  await run.clock.advance(120 * SECOND);

  const secondMinute = run.takenAt.filter((at) => at >= 60 * SECOND).length;
  expect(secondMinute / (60 * perSecond)).toBeGreaterThan(0.9);
  expect(run.refusedAt.length / run.takenAt.length).toBeLessThan(0.01);
  expect(run.limiter.callsPerSecond()).toBeGreaterThan(0.9 * perSecond);
  run.limiter.close(new Error('the test is over'));
});

it('does not go faster for calls that wait for something else than the pace', async () => {
  const run = endlessRun(1, () => true);

  await run.clock.advance(60 * SECOND);

  // One call in flight, of 100 ms, makes 10 a second; a rate far above that was never tried.
  expect(run.limiter.callsPerSecond()).toBeLessThan(20);
  run.limiter.close(new Error('the test is over'));
});

it('keeps to what the service asks for after a refusal', async () => {
  let refused = 0;
  const clock = new FakeClock();
  const service = new ScriptedFabric(clock, (nth) =>
    nth === 3 && refused++ === 0 ? { error: tooManyRequests(30 * SECOND) } : undefined,
  );
  const limiter = new Limiter({ rate: 'auto', clock });
  const fabric = retrying(limited(service, limiter), { attempts: 3, limiter, clock, random: () => 0 });

  const calls = Promise.all([1, 2, 3, 4, 5, 6].map((row) => fabric.run(aCall(row))));
  await clock.advance(60 * SECOND);
  await calls;

  const [refusedAt = 0, nextAt = 0] = service.startedAt.slice(3, 5);
  expect(nextAt - refusedAt).toBeGreaterThanOrEqual(30 * SECOND);
});

it('goes faster beside a limit of tokens that leaves room for it', async () => {
  const clock = new FakeClock();
  const service = new ScriptedFabric(clock, () => ({ afterMs: 100 }));
  const limiter = new Limiter({ rate: 'auto', tokensPerMinute: 60_000, clock });
  const layer = limited(service, limiter);
  const oneAfterAnother = async (): Promise<void> => {
    for (let row = 1; ; row++) await layer.run(aCall(row));
  };
  service.estimate = () => ({ input: 90, output: 10, deviation: 1 });
  for (let n = 0; n < 5; n++) oneAfterAnother().catch(() => {});

  await clock.advance(60 * SECOND);

  // 1,000 tokens a second are 10 calls of 100.
  const lastSeconds = service.startedAt.filter((at) => at >= 50 * SECOND).length;
  expect(lastSeconds).toBeGreaterThan(85);
  limiter.close(new Error('the test is over'));
});
