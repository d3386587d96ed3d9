import { describe, expect, it } from 'vitest';
import { EstimateRecord } from '../../../src/limits/tokens/estimate-record.js';
import { TokenWindow } from '../../../src/limits/tokens/token-window.js';

const LEAVES_AFTER_MS = 60_300;
const certain = (tokens: number) => ({ tokens, deviation: 0 });

/** A window of 1,000 tokens that calls can use, and that trusts its estimates. */
function windowOf1000(isTried = true) {
  const record = new EstimateRecord();
  for (let n = 0; isTried && n < 5; n++) record.ended();
  return new TokenWindow(1_000 / 0.9975, record);
}

describe('a window of tokens', () => {
  it('lets go at once what fits, and the rest when enough has left', () => {
    const window = windowOf1000();

    window.start(0, certain(500));
    window.start(1_000, certain(300));

    expect(window.nextAt(2_000, certain(200))).toBe(2_000);
    expect(window.nextAt(2_000, certain(201))).toBe(LEAVES_AFTER_MS);
    expect(window.nextAt(2_000, certain(701))).toBe(1_000 + LEAVES_AFTER_MS);
  });

  it('counts what a call took, once that is known', () => {
    const window = windowOf1000();
    const entry = window.start(0, certain(900));

    window.settle(entry, certain(900), 400);

    expect(window.nextAt(1_000, certain(600))).toBe(1_000);
    expect(window.nextAt(1_000, certain(601))).toBe(LEAVES_AFTER_MS);
  });

  it('leaves room for what the calls under way, and the next, may take more', () => {
    const window = windowOf1000();
    const uncertain = { tokens: 200, deviation: 40 };

    const entries = [1, 2, 3].map(() => window.start(0, uncertain));

    // Four of them may be 3 × √4 × 40 off.
    expect(window.nextAt(1, uncertain)).toBe(LEAVES_AFTER_MS);
    for (const entry of entries) window.settle(entry, uncertain, 200);
    expect(window.nextAt(1, uncertain)).toBe(1);
  });

  it('takes calls under way for thrice as large before estimates are tried', () => {
    const window = windowOf1000(false);

    window.start(0, certain(200));

    expect(window.nextAt(1, certain(130))).toBe(1);
    expect(window.nextAt(1, certain(140))).toBe(LEAVES_AFTER_MS);
  });

  it('lets a call that is larger than the limit go when nothing else is in it', () => {
    const window = windowOf1000();

    expect(window.nextAt(0, certain(5_000))).toBe(0);
    window.start(0, certain(5_000));
    expect(window.nextAt(1, certain(1))).toBe(LEAVES_AFTER_MS);
  });

  it('counts calls that share an entry until the last of them has left', () => {
    const window = windowOf1000();

    window.start(0, certain(500));
    window.start(99, certain(500));

    expect(window.nextAt(1_000, certain(1))).toBe(99 + LEAVES_AFTER_MS);
  });

  it('takes no notice of what a call took that has left', () => {
    const window = windowOf1000();
    const entry = window.start(0, certain(900));
    const later = window.start(90_000, certain(900));

    window.settle(entry, certain(900), 1e9);

    expect(window.nextAt(90_001, certain(100))).toBe(90_001);
    window.settle(later, certain(900), 0);
    expect(window.nextAt(90_001, certain(1_000))).toBe(90_001);
  });

  it('forgets nothing too soon, however many calls there are', () => {
    const window = windowOf1000();
    let started = 0;

    for (let now = 0; now < 300_000; now += 7) {
      while (window.nextAt(now, certain(0.05)) <= now) {
        window.start(now, certain(0.05));
        started++;
      }
    }

    // 20,000 in each minute, and the first of the sixth.
    expect(started).toBeLessThanOrEqual(5 * 20_000);
    expect(started).toBeGreaterThan(4.9 * 20_000);
  });
});
