import { describe, expect, it } from 'vitest';
import { limited } from '../../src/limits/limited.js';
import { Limiter } from '../../src/limits/limiter.js';
import { FakeClock } from './fake-clock.js';
import { aCall, ScriptedFabric } from './scripted-fabric.js';

describe('the limited layer', () => {
  it('hands out the very promise of the next layer where nobody has to wait', () => {
    const answer = Promise.resolve({ answer: 'A', latencyMs: 1 });
    const fabric = limited(
      { run: () => answer, inAir: 0, close: async () => {} },
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

  it('says how many calls are in the air, which those that wait are not', () => {
    const clock = new FakeClock();
    const next = new ScriptedFabric(clock, () => ({ afterMs: 500 }));
    const fabric = limited(next, new Limiter({ rate: { calls: 1, perMs: 1_000 }, clock }));

    void fabric.run(aCall());
    void fabric.run(aCall());

    expect(fabric.inAir).toBe(1);
  });

  it('closes the next layer', async () => {
    const clock = new FakeClock();
    const next = new ScriptedFabric(clock);

    await limited(next, new Limiter({ rate: 'none', clock })).close();

    expect(next.closed).toBe(true);
  });
});
