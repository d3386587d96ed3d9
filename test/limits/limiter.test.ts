import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limiter } from '../../src/limits/limiter.js';
import type { Rate } from '../../src/limits/pace/rate-limit.js';
import { MAX_SERVER_WAIT_MS } from '../../src/limits/pause.js';
import { runs } from '../support/runs.js';
import { FakeClock, settled } from './fake-clock.js';
import { mostInAnyWindow } from './most-in-any-window.js';

const TWENTY_A_SECOND: Rate = { calls: 20, perMs: 1_000 };

/** Takes turns and notes who started when. */
function takers(rate: Rate | 'none', latenessMs?: () => number) {
  const clock = new FakeClock(latenessMs === undefined ? {} : { latenessMs });
  const limiter = new Limiter({ rate, clock });
  const starts: { name: number; at: number }[] = [];
  let name = 0;
  const take = (times = 1) => {
    for (let n = 0; n < times; n++) {
      const mine = name++;
      const turn = limiter.take();
      if (turn === undefined) starts.push({ name: mine, at: clock.now() });
      else
        turn.then(
          () => starts.push({ name: mine, at: clock.now() }),
          () => {},
        );
    }
  };
  return { clock, limiter, starts, take, times: () => starts.map(({ at }) => at) };
}

describe('a limiter', () => {
  it('keeps the law and the order, whatever comes when and however late timers are', async () => {
    const arrivals = fc.array(
      fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), calls: fc.integer({ min: 1, max: 12 }) }),
      { minLength: 1, maxLength: 30 },
    );
    const lateness = fc.array(fc.double({ min: 0, max: 8, noNaN: true }), { minLength: 1, maxLength: 20 });
    const rate = fc.record({
      calls: fc.integer({ min: 1, max: 60 }),
      perMs: fc.integer({ min: 100, max: 2_000 }),
    });
    await fc.assert(
      fc.asyncProperty(rate, arrivals, lateness, async (limit, groups, late) => {
        let n = 0;
        const { clock, limiter, starts, take, times } = takers(limit, () => late[n++ % late.length] ?? 0);
        let asked = 0;
        for (const { afterMs, calls } of groups) {
          await clock.advance(afterMs);
          take(calls);
          asked += calls;
        }
        await clock.advance(asked * (limit.perMs / limit.calls + 10) * 1.1 + 100);

        // Of those that start in one moment, who has waited hears of it after who has not.
        const inOrder = [...starts].sort((a, b) => a.at - b.at || a.name - b.name);
        expect(inOrder.map(({ name }) => name)).toEqual(Array.from({ length: asked }, (_, index) => index));
        expect(mostInAnyWindow(times(), limit.perMs)).toBeLessThanOrEqual(limit.calls);
        expect(limiter.waiting).toBe(0);
        expect(limiter.started).toBe(asked);
        expect(clock.timers).toBe(0);
      }),
      { numRuns: runs(25) },
    );
  });

  it('lets the first call go at once and uses the rate up under constant demand', async () => {
    const { clock, starts, take } = takers(TWENTY_A_SECOND, () => 1.3);

    take(400);
    await clock.advance(20_000);

    expect(starts[0]?.at).toBe(0);
    expect(starts.length).toBeGreaterThan(0.97 * 400);
    expect(starts.length).toBeLessThanOrEqual(400);
  });

  it('lets several go in one wake where the rate allows it', async () => {
    const { clock, starts, take } = takers({ calls: 5_000, perMs: 1_000 }, () => 2);

    take(100);
    await clock.advance(25);

    expect(new Set(starts.map(({ at }) => at)).size).toBeLessThan(15);
    expect(starts).toHaveLength(100);
  });

  it('has one timer however many wait', () => {
    const { clock, take, limiter } = takers(TWENTY_A_SECOND);

    take(1_000);

    expect(clock.timers).toBe(1);
    expect(limiter.waiting).toBe(999);
    expect(limiter.asked).toBe(1_000);
    expect(limiter.started).toBe(1);
  });

  it('limits nothing without a rate', () => {
    const { starts, take } = takers('none');

    take(100);

    expect(starts).toHaveLength(100);
  });

  describe('paused', () => {
    it('lets nobody go before its end, then one ahead, and all when that was taken', async () => {
      const { clock, limiter, starts, take } = takers('none');

      limiter.pauseFor(2_000);
      take(3);
      await clock.advance(1_999);
      expect(starts).toHaveLength(0);
      expect(limiter.pausedForMs).toBe(1);
      await clock.advance(1);
      take();
      expect(starts).toHaveLength(1);
      expect(limiter.pausedForMs).toBe(0);

      limiter.report(0, 'taken');
      await settled();

      expect(starts).toHaveLength(4);
      take();
      expect(starts).toHaveLength(5);
    });

    it('sends the next one ahead when the first was refused and nobody sets another pause', async () => {
      const { clock, limiter, starts, take } = takers('none');

      limiter.pauseFor(2_000);
      take(10);
      await clock.advance(2_000);
      limiter.report(0, 'refused');
      await clock.advance(1);
      expect(starts).toHaveLength(2);
      limiter.report(1, 'taken');
      await settled();

      expect(starts).toHaveLength(10);
    });

    it('takes one that was not refused within two seconds for taken', async () => {
      const { clock, limiter, starts, take } = takers('none');

      limiter.pauseFor(2_000);
      take(10);
      await clock.advance(3_999);
      expect(starts).toHaveLength(1);
      await clock.advance(1);

      expect(starts).toHaveLength(10);
    });

    it('hears nothing of calls that went out before it', async () => {
      const { clock, limiter, starts, take } = takers('none');

      take(3);
      limiter.pauseFor(2_000);
      take(10);
      await clock.advance(2_000);
      for (const nth of [0, 1, 2]) limiter.report(nth, 'taken');
      await settled();

      expect(starts).toHaveLength(4);
    });

    it('holds up those that wait already, and then goes on at its pace', async () => {
      const { clock, limiter, take, times } = takers(TWENTY_A_SECOND);

      take(5);
      limiter.pauseFor(5_000);
      await clock.advance(5_000);
      limiter.report(1, 'taken');
      await clock.advance(400);

      expect(times()[0]).toBe(0);
      expect(times().slice(1).map(Math.round)).toEqual([5_000, 5_051, 5_102, 5_152]);
    });

    it('keeps the longest of several pauses', async () => {
      const { clock, limiter, starts, take } = takers('none');

      limiter.pauseFor(3_000);
      limiter.pauseFor(1_000);
      take();
      await clock.advance(2_999);

      expect(starts).toHaveLength(0);
    });

    it('is not so for longer than 15 minutes, whatever a service asks', () => {
      const { limiter } = takers('none');

      limiter.pauseFor(1e12);

      expect(limiter.pausedForMs).toBe(MAX_SERVER_WAIT_MS);
    });
  });

  describe('told what the service has left', () => {
    it('starts no more than that before the reset, evenly, and its own rate after it', async () => {
      const { clock, limiter, take, times } = takers(TWENTY_A_SECOND);

      limiter.slowTo({ requests: { remaining: 5, resetMs: 10_000 } });
      take(30);
      await clock.advance(10_500);

      expect(times().slice(0, 5)).toEqual([2_000, 4_000, 6_000, 8_000, 10_000]);
      expect(times().slice(5, 8).map(Math.round)).toEqual([10_051, 10_102, 10_152]);
    });

    it('never starts more than is left, whenever the calls come', async () => {
      const limits = fc.record({
        remaining: fc.integer({ min: 0, max: 40 }),
        resetMs: fc.integer({ min: 1, max: 5_000 }),
      });
      await fc.assert(
        fc.asyncProperty(
          limits,
          fc.array(fc.integer({ min: 0, max: 800 }), { maxLength: 20 }),
          async (left, gaps) => {
            const { clock, limiter, take, times } = takers('none');
            limiter.slowTo({ requests: left });
            for (const gap of gaps) {
              await clock.advance(gap);
              take(7);
            }
            await clock.advance(10_000);

            expect(times().filter((at) => at < left.resetMs).length).toBeLessThanOrEqual(left.remaining);
            expect(times()).toHaveLength(gaps.length * 7);
          },
        ),
        { numRuns: runs(25) },
      );
    });

    it('keeps its own rate where that is the stricter', async () => {
      const { clock, limiter, take, starts } = takers(TWENTY_A_SECOND);

      limiter.slowTo({ requests: { remaining: 1_000, resetMs: 1_000 } });
      take(100);
      await clock.advance(1_000);

      expect(starts.length).toBeLessThanOrEqual(20);
    });

    it('stays even when every answer says it anew', async () => {
      const { clock, limiter, take, times } = takers('none');
      limiter.slowTo({ requests: { remaining: 10, resetMs: 10_000 } });

      take(9);
      for (let n = 1; n < 100; n++) {
        await clock.advance(100);
        limiter.slowTo({ requests: { remaining: 10 - times().length, resetMs: 10_000 - n * 100 } });
      }

      const gaps = times().map((at, n) => at - (times()[n - 1] ?? 0));
      expect(gaps).toHaveLength(9);
      expect(Math.min(...gaps)).toBeGreaterThan(800);
      expect(Math.max(...gaps)).toBeLessThan(1_200);
    });

    it('pauses until the reset where nothing is left', async () => {
      const { clock, limiter, starts, take } = takers('none');

      limiter.slowTo({ requests: { remaining: 0, resetMs: 4_000 } });
      take();
      expect(limiter.pausedForMs).toBe(4_000);
      await clock.advance(3_999);
      expect(starts).toHaveLength(0);
      await clock.advance(1);

      expect(starts).toHaveLength(1);
    });

    it('goes on sooner when the next answer says that there is more', async () => {
      const { clock, limiter, starts, take } = takers('none');
      limiter.slowTo({ requests: { remaining: 0, resetMs: 600_000 } });
      take();

      limiter.slowTo({ requests: { remaining: 100, resetMs: 1_000 } });
      await clock.advance(20);

      expect(starts).toHaveLength(1);
    });

    it('believes no reset further away than 15 minutes', async () => {
      const { clock, limiter, starts, take } = takers('none');

      limiter.slowTo({ requests: { remaining: -3, resetMs: 1e12 } });
      take();
      await clock.advance(MAX_SERVER_WAIT_MS);

      expect(starts).toHaveLength(1);
    });

    it('takes the calls in flight for uncounted', async () => {
      const { clock, limiter, starts, take } = takers('none');

      limiter.slowTo({ requests: { remaining: 5, resetMs: 10_000 } }, 3);
      take(5);
      await clock.advance(9_999);

      expect(starts).toHaveLength(1);
    });

    it.each([0, -1_000])('takes no notice of a reset in %d ms', (resetMs) => {
      const { limiter, starts, take } = takers('none');

      limiter.slowTo({ requests: { remaining: 0, resetMs } });
      take();

      expect(starts).toHaveLength(1);
    });
  });

  describe('asked how many calls a second may start', () => {
    it('knows no limit where there is none', () => {
      const { limiter } = takers('none');

      expect(limiter.callsPerSecond()).toBeUndefined();
    });

    it('says its own rate, or what the service has left where that is less, until the reset', async () => {
      const { clock, limiter } = takers(TWENTY_A_SECOND);

      expect(limiter.callsPerSecond()).toBe(20);
      limiter.slowTo({ requests: { remaining: 30, resetMs: 10_000 } });
      expect(limiter.callsPerSecond()).toBe(3);
      await clock.advance(10_000);
      expect(limiter.callsPerSecond()).toBe(20);
    });

    it('leaves pauses out', () => {
      const { limiter } = takers(TWENTY_A_SECOND);

      limiter.pauseFor(5_000);
      limiter.slowTo({ requests: { remaining: 0, resetMs: 10_000 } });

      expect(limiter.callsPerSecond()).toBe(20);
    });
  });

  describe('closed', () => {
    it('rejects all that wait and all that ask, and leaves no timer', async () => {
      const { clock, limiter } = takers(TWENTY_A_SECOND);
      const reason = new Error('the run stopped');
      limiter.take();
      const waiting = limiter.take();

      limiter.close(reason);

      await expect(waiting).rejects.toBe(reason);
      await expect(limiter.take()).rejects.toBe(reason);
      expect(clock.timers).toBe(0);
    });

    it('rejects those that ask of it even where nothing was limited', async () => {
      const { limiter } = takers('none');

      limiter.close(new Error('the run stopped'));
      limiter.slowTo({ requests: { remaining: 1, resetMs: 1 } });
      await settled();

      await expect(limiter.take()).rejects.toThrow('the run stopped');
    });
  });

  it.each([
    [{ calls: 1, perMs: 1_000 }, 60, 0.92],
    [{ calls: 20, perMs: 1_000 }, 20, 0.7],
    [{ calls: 100, perMs: 60_000 }, 150, 0.78],
  ])('uses %j but for the %d ms that each call needs for a new connection', async (rate, lateMs, share) => {
    const { clock, limiter, take, times } = takers(rate);
    take(50);
    const sentAt: number[] = [];

    while (sentAt.length < 50) {
      await clock.advance(1);
      for (const startedAt of times().slice(sentAt.length)) {
        if (clock.now() < startedAt + lateMs) break;
        sentAt.push(clock.now());
        limiter.startedLate(lateMs);
      }
    }

    const [first = 0] = sentAt;
    expect((49 * rate.perMs) / rate.calls / (clock.now() - first)).toBeGreaterThan(share);
    expect(mostInAnyWindow(sentAt, rate.perMs)).toBeLessThanOrEqual(rate.calls);
  });

  it('keeps the law where some calls wait for their connections, each for a time of its own', async () => {
    const rate = fc.record({
      calls: fc.integer({ min: 1, max: 30 }),
      perMs: fc.integer({ min: 1_000, max: 2_000 }),
    });
    const shares = fc.array(fc.double({ min: 0, max: 0.4, noNaN: true }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(rate, shares, async (limit, lateness) => {
        const { clock, limiter, take, times } = takers(limit);
        const late = (n: number) => Math.round((lateness[n % lateness.length] ?? 0) * limit.perMs);
        const count = limit.calls * 3;
        take(count);
        const sentAt = new Map<number, number>();

        while (sentAt.size < count) {
          await clock.advance(1);
          for (const [n, startedAt] of times().entries()) {
            if (sentAt.has(n) || clock.now() < startedAt + late(n)) continue;
            sentAt.set(n, clock.now());
            if (late(n) > 10) limiter.startedLate(late(n));
          }
        }

        const most = mostInAnyWindow(
          [...sentAt.values()].sort((a, b) => a - b),
          limit.perMs,
        );
        expect(most).toBeLessThanOrEqual(limit.calls);
      }),
      { numRuns: runs(25) },
    );
  });

  it('keeps its distance from calls that went out late, since their connections had to be made first', async () => {
    const { clock, limiter, take, times } = takers(TWENTY_A_SECOND);
    take(30);
    const sentAt: number[] = [];

    // The first four calls wait 200 ms for their connections; all others have one.
    for (let at = 0; at <= 1_500; at += 1) {
      await clock.advance(1);
      for (const [n, startedAt] of times().entries()) {
        if (sentAt[n] !== undefined || clock.now() < startedAt + (n < 4 ? 200 : 0)) continue;
        sentAt[n] = clock.now();
        if (n < 4) limiter.startedLate(200);
      }
    }

    expect(
      mostInAnyWindow(
        sentAt.sort((a, b) => a - b),
        1_000,
      ),
    ).toBeLessThanOrEqual(20);
  });
});
