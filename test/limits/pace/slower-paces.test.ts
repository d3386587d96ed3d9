import { describe, expect, it } from 'vitest';
import { EasedPace } from '../../../src/limits/pace/eased-pace.js';
import { SlowStart } from '../../../src/limits/pace/slow-start.js';

describe('an eased pace', () => {
  it('loses a tenth with a refusal, and has it back after a hundred calls', () => {
    const pace = new EasedPace();
    pace.ease(10, 11, 1_000);
    expect(pace.callsPerSecond).toBe(900);

    for (let call = 0; call < 50; call++) pace.start(call);
    expect(pace.callsPerSecond).toBeCloseTo(950);
    for (let call = 50; call < 100; call++) pace.start(call);

    expect(pace.callsPerSecond).toBeUndefined();
    expect(pace.nextAt).toBe(Number.NEGATIVE_INFINITY);
  });

  it('counts the refusals of calls that were in flight together once', () => {
    const pace = new EasedPace();

    for (const nth of [10, 11, 12, 29]) pace.ease(nth, 30, 1_000);

    expect(pace.callsPerSecond).toBe(900);
  });

  it('never falls below half of the full pace', () => {
    const pace = new EasedPace();

    for (let nth = 0; nth < 100; nth++) pace.ease(nth, nth + 1, 1_000);

    expect(pace.callsPerSecond).toBe(500);
  });

  it('spaces calls evenly', () => {
    const pace = new EasedPace();
    pace.ease(0, 1, 10);

    pace.start(1_000);

    expect(pace.nextAt).toBeCloseTo(1_000 + 1_000 / 9.01);
  });
});

describe('a slow start', () => {
  /** The starts of calls that are always due, in ms, until the pace is the full one. */
  function startsUntilFull(inUse: number): number[] {
    const pace = new SlowStart();
    pace.begin(inUse);
    const starts: number[] = [];
    for (let now = 0; !pace.isOver && now < 60_000; now = Math.max(now, pace.nextAt)) {
      pace.start(now);
      starts.push(now);
    }
    return starts;
  }

  it('doubles every 200 ms from a sixteenth of the pace, and is over within a second', () => {
    const starts = startsUntilFull(1_000);

    const callsIn = (from: number) => starts.filter((at) => at >= from && at < from + 200).length;
    expect(callsIn(200) / callsIn(0)).toBeCloseTo(2, 0);
    expect(callsIn(400) / callsIn(200)).toBeCloseTo(2, 0);
    expect(starts.at(-1)).toBeLessThan(1_000);
  });

  it('holds up a slow pace no longer', () => {
    expect(startsUntilFull(0.5).at(-1)).toBeLessThan(2_000);
  });

  it('keeps the pace before the first of several pauses', () => {
    const pace = new SlowStart();
    pace.begin(1_000);
    pace.start(0);
    pace.begin(1);

    pace.start(10_000);
    pace.start(10_000);

    expect(pace.nextAt - 10_000).toBeLessThan(20);
  });
});
