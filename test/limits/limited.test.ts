import { describe, expect, it, vi } from 'vitest';
import { CallError } from '../../src/fabric/call-error.js';
import type { FabricCall, TokenEstimate } from '../../src/fabric/fabric.js';
import { limited } from '../../src/limits/limited.js';
import { Limiter } from '../../src/limits/limiter.js';
import { FakeClock } from './fake-clock.js';
import { aCall, type Outcome, ScriptedFabric, serverError, unreachable } from './scripted-fabric.js';

describe('the limited layer', () => {
  it('hands out the very promise of the next layer where nobody has to wait', () => {
    const answer = Promise.resolve({ answer: 'A', latencyMs: 1 });
    const fabric = limited(
      { run: () => answer, inFlight: 0, close: async () => {} },
      new Limiter({ rate: 'none', clock: new FakeClock() }),
    );

    expect(fabric.run(aCall())).toBe(answer);
  });

  it('makes a call when its turn has come, and not before', async () => {
    const clock = new FakeClock();
    const next = new ScriptedFabric(clock);
    const fabric = limited(next, new Limiter({ rate: { calls: 1, perMs: 1_000 }, clock }));

    void fabric.run(aCall());
    const second = fabric.run(aCall());
    await clock.advance(2_000);

    expect(await second).toMatchObject({ answer: 'answer' });
    expect(next.startedAt.map(Math.round)).toEqual([0, 1_015]);
  });

  it('makes no call any more when the limiter is closed', async () => {
    const clock = new FakeClock();
    const next = new ScriptedFabric(clock);
    const limiter = new Limiter({ rate: 'none', clock });

    limiter.close(new Error('the run stopped'));

    await expect(limited(next, limiter).run(aCall())).rejects.toThrow('the run stopped');
    expect(next.startedAt).toEqual([]);
  });

  it('says how many calls are in flight, which those that wait are not', () => {
    const clock = new FakeClock();
    const next = new ScriptedFabric(clock, () => ({ afterMs: 500 }));
    const fabric = limited(next, new Limiter({ rate: { calls: 1, perMs: 1_000 }, clock }));

    void fabric.run(aCall());
    void fabric.run(aCall());

    expect(fabric.inFlight).toBe(1);
  });

  it('closes the next layer', async () => {
    const clock = new FakeClock();
    const next = new ScriptedFabric(clock);

    await limited(next, new Limiter({ rate: 'none', clock })).close();

    expect(next.closed).toBe(true);
  });
});

describe('the limited layer, where tokens are counted', () => {
  const fiveThousand: TokenEstimate = { input: 4_000, output: 1_000, deviation: 0 };

  /** 60,000 tokens a minute; calls are estimated to take 5,000, which is 5 s, of which 2 s are caught up with. */
  function counted(script: (nth: number) => Outcome | undefined, estimate = fiveThousand) {
    const clock = new FakeClock();
    const limiter = new Limiter({ rate: 'none', tokensPerMinute: 60_000, clock });
    const asked = vi.fn(() => estimate);
    const next = Object.assign(new ScriptedFabric(clock, script), { estimate: asked });
    const fabric = limited(next, limiter);
    return { clock, limiter, next, asked, run: () => fabric.run(aCall()).catch(() => {}) };
  }

  /** When the second of two calls starts, the first of which came to its end at once, in seconds. */
  async function secondStart(script: (nth: number) => Outcome | undefined): Promise<number | undefined> {
    const { clock, next, run } = counted(script);
    await run();
    void run();
    await clock.advance(60_000);
    return Math.round((next.startedAt[1] ?? Number.NaN) / 1_000);
  }

  it('paces calls by what they took', async () => {
    const usage = { input: 4_000, output: 4_000 };

    expect(await secondStart(() => ({ usage }))).toBe(6);
  });

  it('keeps to the estimate where nobody says what a call took', async () => {
    expect(await secondStart(() => undefined)).toBe(3);
  });

  it('keeps to it where a call failed after it went out', async () => {
    expect(await secondStart(() => ({ error: serverError() }))).toBe(3);
  });

  it('counts nothing for a call that never went out', async () => {
    expect(await secondStart(() => ({ error: unreachable() }))).toBe(0);
    expect(await secondStart(() => ({ error: new CallError('aborted', 'no'), isUnsent: true }))).toBe(0);
  });

  it('asks about a call when it is the first in line, once', async () => {
    const { clock, asked, run } = counted(() => undefined);

    for (let n = 0; n < 5; n++) void run();
    await clock.advance(0);
    expect(asked).toHaveBeenCalledTimes(2);
    await clock.advance(60_000);

    expect(asked).toHaveBeenCalledTimes(5);
  });

  it('lets nobody overtake, however small', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter({ rate: 'none', tokensPerMinute: 1_000, clock });
    const next = new ScriptedFabric(clock);
    const sizes = [300, 900, 10];
    const estimate = ({ row }: FabricCall) => ({ input: sizes[row] ?? 0, output: 0, deviation: 0 });
    const rows: number[] = [];
    const run = (call: FabricCall) => {
      rows.push(call.row);
      return next.run(call);
    };
    const fabric = limited(Object.assign(Object.create(next), { run, estimate }), limiter);

    for (const row of sizes.keys()) void fabric.run(aCall(row));
    await clock.advance(1_000);
    expect(rows).toEqual([0]);
    await clock.advance(200_000);

    expect(rows).toEqual([0, 1, 2]);
  });

  it('makes the call of which no estimate can be made, so that it fails where it is made', async () => {
    const { clock, next, asked, run } = counted(() => undefined);
    asked.mockImplementation(() => {
      throw new CallError('bad-request', 'the prompt is empty');
    });

    void run();
    void run();
    await clock.advance(60_000);

    expect(next.startedAt).toHaveLength(2);
  });

  it('begins to ask when the service speaks of tokens', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter({ rate: 'none', clock });
    const next = Object.assign(new ScriptedFabric(clock), { estimate: () => fiveThousand });
    const fabric = limited(next, limiter);

    await fabric.run(aCall());
    limiter.slowTo({ outputTokens: { remaining: 1_000, resetMs: 10_000 } });
    for (let n = 0; n < 3; n++) void fabric.run(aCall());
    await clock.advance(10_000);

    expect(next.startedAt).toEqual([0, 5_000, 10_000, 10_000]);
  });

  it('takes the tokens of the calls in flight for uncounted, but for the one that is answered', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter({ rate: 'none', tokensPerMinute: 1e9, clock });
    const scripted = new ScriptedFabric(clock, () => ({ afterMs: 20_000 }));
    const fabric = limited(Object.assign(scripted, { estimate: () => fiveThousand }), limiter);
    for (let n = 0; n < 4; n++) void fabric.run(aCall());
    await clock.advance(0);

    limiter.slowTo({ tokens: { remaining: 19_000, resetMs: 10_000 } });
    for (let n = 0; n < 2; n++) void fabric.run(aCall());
    await clock.advance(9_999);

    expect(scripted.startedAt).toHaveLength(4);
    await clock.advance(1);
    expect(scripted.startedAt).toHaveLength(6);
  });

  it('tells how many calls a second its tokens allow, of the size that they were', async () => {
    const { limiter, run } = counted(() => ({ usage: { input: 1_000, output: 1_000 } }));

    expect(limiter.callsPerSecond()).toBeUndefined();
    await run();

    expect(limiter.callsPerSecond()).toBeCloseTo(60_000 / 60 / 2_000);
  });
});
