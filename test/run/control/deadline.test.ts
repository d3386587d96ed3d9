import { describe, expect, it } from 'vitest';
import { deadlineAt, stopAtDeadline } from '../../../src/run/control/deadline.js';
import { RunStop } from '../../../src/run/control/stop.js';
import { FakeClock } from '../../limits/fake-clock.js';

const HOUR = 3_600_000;

/** At this time of a winter's day, here. */
function today(hours: number, minutes = 0): number {
  return new Date(2026, 0, 14, hours, minutes).getTime();
}

describe('a deadline', () => {
  it.each([
    ['later today', today(1), { hours: 6, minutes: 0 }, today(6)],
    ['tomorrow, where it is past today', today(23, 30), { hours: 6, minutes: 0 }, today(6) + 24 * HOUR],
    ['tomorrow, where it is just now', today(6), { hours: 6, minutes: 0 }, today(6) + 24 * HOUR],
  ])('at a time of the day is %s', (_, now, at, expected) => {
    expect(deadlineAt({ kind: 'at', ...at }, now)).toBe(expected);
  });

  it('at a time of the day is that time by the clock on the wall, on the days when clocks change too', () => {
    for (let day = 0; day < 366; day++) {
      const now = new Date(2026, 0, 1 + day, 22, 10).getTime();
      const at = new Date(deadlineAt({ kind: 'at', hours: 6, minutes: 30 }, now));

      expect([at.getHours(), at.getMinutes()]).toEqual([6, 30]);
      expect(Math.abs(at.getTime() - now - (8 * HOUR + 20 * 60_000))).toBeLessThanOrEqual(HOUR);
    }
  });

  it('stops a run as long before it as a slow call takes', async () => {
    const clock = new FakeClock({ wallStart: today(0) });
    const stop = new RunStop();
    stopAtDeadline({ kind: 'after', ms: 60_000 }, stop, clock, () => 5_000);

    await clock.advance(54_999);
    const before = stop.reason;
    await clock.advance(1);

    expect(before).toBeUndefined();
    expect(stop.reason).toEqual({ kind: 'deadline', at: today(0) + 60_000 });
  });

  it('looks again while calls become slower', async () => {
    const clock = new FakeClock({ wallStart: today(0) });
    const stop = new RunStop();
    let slowMs = 0;
    stopAtDeadline({ kind: 'after', ms: 60_000 }, stop, clock, () => slowMs);
    await clock.advance(30_000);

    slowMs = 29_500;
    await clock.advance(1_000);

    expect(stop.reason?.kind).toBe('deadline');
  });

  it('that is too near stops the run at once', () => {
    const stop = new RunStop();

    stopAtDeadline({ kind: 'after', ms: 500 }, stop, new FakeClock(), () => 0);

    expect(stop.reason?.kind).toBe('deadline');
  });

  it('is watched no longer when the run is over', async () => {
    const clock = new FakeClock();
    const stop = new RunStop();
    const end = stopAtDeadline({ kind: 'after', ms: 10_000 }, stop, clock, () => 0);
    await clock.advance(3_000);

    end();
    await clock.advance(20_000);

    expect(stop.reason).toBeUndefined();
    expect(clock.timers).toBe(0);
  });
});
