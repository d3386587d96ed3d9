import { describe, expect, it } from 'vitest';
import { SharedRate } from '../../../src/limits/shared/shared-rate.js';
import { SharedTurns } from '../../../src/limits/shared/shared-turns.js';
import { FakeClock, settled } from '../fake-clock.js';
import { mostInAnyWindow } from '../most-in-any-window.js';

const SECOND = 1_000;

/** Calls without end of so many runs, and when they started. */
function runsOf(rate: SharedRate, clock: FakeClock, inFlight: readonly number[]) {
  return inFlight.map((calls) => {
    const turns = new SharedTurns(rate.join(), clock, () => 0);
    const startedAt: number[] = [];
    const oneAfterAnother = async (): Promise<void> => {
      for (;;) {
        await turns.take(0);
        startedAt.push(clock.now());
        await new Promise<void>((resolve) => clock.after(50, resolve));
      }
    };
    for (let n = 0; n < calls; n++) oneAfterAnother().catch(() => {});
    return { startedAt, close: () => turns.close(new Error('the test is over')) };
  });
}

describe('a rate that runs of one process share', () => {
  it.each([
    [{ calls: 20, perMs: SECOND }, SECOND],
    [{ calls: 500, perMs: SECOND }, SECOND],
    [{ calls: 120, perMs: 60 * SECOND }, 60 * SECOND],
  ])('holds over all of them in any window, and is used: %j', async (rate, windowMs) => {
    let lateness = 0;
    const clock = new FakeClock({ latenessMs: () => (lateness = (lateness + 3) % 11) });
    const runs = runsOf(new SharedRate(rate, clock), clock, [30, 30, 5]);

    await clock.advance(5 * windowMs);
    for (const { close } of runs) close();

    const all = runs.flatMap(({ startedAt }) => startedAt).sort((a, b) => a - b);
    expect(mostInAnyWindow(all, windowMs)).toBeLessThanOrEqual(rate.calls);
    expect(all.length).toBeGreaterThan(0.9 * 5 * rate.calls);
  });

  it('gives a small run its turns beside a large one', async () => {
    const clock = new FakeClock();
    const rate = new SharedRate({ calls: 20, perMs: SECOND }, clock);
    const [large] = runsOf(rate, clock, [200]);
    await clock.advance(SECOND);
    const [small] = runsOf(rate, clock, [1]);

    await clock.advance(SECOND);
    large?.close();
    small?.close();

    expect(small?.startedAt.length).toBeGreaterThanOrEqual(7);
  });

  it('tells every run of a pause but the one that asks for it, and none that has left', async () => {
    const clock = new FakeClock();
    const rate = new SharedRate({ calls: 20, perMs: SECOND }, clock);
    const heard: string[] = [];
    const [asking, staying, gone] = ['asking', 'staying', 'gone'].map((name) => {
      const part = rate.join();
      part.onPause((ms) => heard.push(`${name} ${ms}`));
      return part;
    });
    gone?.leave();

    await asking?.pauseAll(500);
    await clock.advance(200);
    rate.join().onPause((ms) => heard.push(`late ${ms}`));
    await settled();

    expect(heard).toEqual(['staying 500', 'late 300']);
    staying?.leave();
  });
});
