import { describe, expect, it } from 'vitest';
import { CallError } from '../../src/fabric/call-error.js';
import { limited } from '../../src/limits/limited.js';
import { Limiter } from '../../src/limits/limiter.js';
import type { RateLimit } from '../../src/limits/pace/rate-limit.js';
import { retrying } from '../../src/limits/retry/retrying.js';
import { FakeClock } from './fake-clock.js';
import { aCall, type Outcome, ScriptedFabric, tooManyRequests } from './scripted-fabric.js';

const SECOND = 1_000;
const ROWS = 20;

/** As many rows at once, each tried until it is answered, against a service that is told what to do at each time. */
function rowsAgainst(
  service: (now: number) => Outcome | undefined,
  limits: { readonly rate?: RateLimit; readonly tokensPerMinute?: number } = {},
) {
  const clock = new FakeClock();
  const client = new ScriptedFabric(clock, () => service(clock.now()));
  client.estimate = () => ({ input: 1, output: 1, deviation: 0 });
  const limiter = new Limiter({ rate: 'none', ...limits, clock });
  const fabric = retrying(limited(client, limiter), { attempts: 3, limiter, clock, random: () => 1 });
  const answered: number[] = [];
  for (let row = 1; row <= ROWS; row++)
    fabric.run(aCall(row)).then(
      () => answered.push(row),
      () => {},
    );
  const startedAt = (at: number) => client.startedAt.filter((started) => started === at).length;
  return { clock, client, answered, startedAt };
}

describe('after a pause', () => {
  const overloaded = new CallError('overloaded', 'the service answered 529', { status: 529 });
  const unreachable = new CallError('unreachable', 'cannot connect');

  it.each<[string, Error]>([
    ['429 with a time', tooManyRequests(5 * SECOND)],
    ['429 without one', tooManyRequests()],
    ['529', overloaded],
    ['no connection', unreachable],
  ])('one call goes ahead, and the others wait for it: %s', async (_name, error) => {
    const { clock, client, answered } = rowsAgainst((now) =>
      now === 0 ? { error, afterMs: 10 } : { afterMs: 300 },
    );

    await clock.advance(10);
    await clock.advance(client.startedAt.length === ROWS ? 5 * SECOND : 0);
    const first = client.startedAt[ROWS] ?? Number.NaN;
    expect(first).toBeGreaterThan(10);
    await clock.advance(10 * SECOND);

    const [second, ...others] = client.startedAt.slice(ROWS + 1);
    expect(second).toBe(first + 300);
    expect(others).toHaveLength(ROWS - 2);
    expect(Math.max(...others)).toBeLessThan(first + 1_300);
    expect(answered).toHaveLength(ROWS);
  });

  it('each round of a service that refuses on costs one call', async () => {
    const { clock, client, answered } = rowsAgainst((now) =>
      now < 60 * SECOND ? { error: tooManyRequests(10 * SECOND), afterMs: 20 } : undefined,
    );

    await clock.advance(59 * SECOND);
    expect(client.startedAt.slice(ROWS)).toEqual([10_020, 20_040, 30_060, 40_080, 50_100]);
    await clock.advance(11 * SECOND);

    expect(answered).toHaveLength(ROWS);
    expect(client.startedAt).toHaveLength(ROWS + 5 + ROWS);
  });

  it('one whose row is at fault was taken', async () => {
    let calls = 0;
    const bad = new CallError('refused', 'no', { status: 400 });
    const { clock, client, answered } = rowsAgainst((now) => {
      if (now === 0) return { error: tooManyRequests(SECOND) };
      return calls++ === 0 ? { error: bad, afterMs: 50 } : undefined;
    });

    await clock.advance(2 * SECOND);

    expect(client.startedAt).toHaveLength(2 * ROWS);
    expect(answered).toHaveLength(ROWS - 1);
  });

  it.each([
    ['a limit of tokens', { tokensPerMinute: 1e9 }],
    ['a rate that is being found', { rate: 'auto' as const }],
  ])('one goes ahead with %s, too', async (_name, limits) => {
    const { clock, client } = rowsAgainst(
      (now) => (now < 10 * SECOND ? { error: tooManyRequests(20 * SECOND) } : { afterMs: 300 }),
      limits,
    );

    await clock.advance(20 * SECOND - 1);
    const before = client.startedAt.length;
    await clock.advance(10 * SECOND);

    const [first = Number.NaN, second = Number.NaN] = client.startedAt.slice(before);
    expect(second - first).toBeGreaterThanOrEqual(300);
  });

  it('a long call holds the others up for two seconds', async () => {
    const { clock, client, startedAt } = rowsAgainst((now) =>
      now === 0 ? { error: tooManyRequests(SECOND) } : { afterMs: 300 * SECOND },
    );

    await clock.advance(4 * SECOND);

    expect([startedAt(SECOND), startedAt(3 * SECOND)]).toEqual([1, 1]);
    expect(client.startedAt).toHaveLength(2 * ROWS);
  });
});
