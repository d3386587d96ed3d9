import { describe, expect, it } from 'vitest';
import { BudgetUsed } from '../../../src/monitor/alerts/budget-used.js';
import type { Change, Condition } from '../../../src/monitor/alerts/condition.js';
import { nothingObserved } from '../../../src/monitor/alerts/condition.js';
import { ErrorRate } from '../../../src/monitor/alerts/error-rate.js';
import { RateLimited } from '../../../src/monitor/alerts/rate-limited.js';
import { Slow } from '../../../src/monitor/alerts/slow.js';
import { Stall } from '../../../src/monitor/alerts/stall.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Asks once a second up to `until`, and gives each change with its time. */
function changesOf(
  condition: Condition,
  from: number,
  until: number,
  before: (now: number) => void = () => {},
): [number, Change][] {
  const changes: [number, Change][] = [];
  for (let now = from; now <= until; now += SECOND) {
    before(now);
    const change = condition.evaluate(now);
    if (change !== 'nothing') changes.push([now, change]);
  }
  return changes;
}

describe('too many failed rows', () => {
  it('fires once when it is above its threshold, and not at it', () => {
    const observed = nothingObserved();
    const condition = new ErrorRate(observed, 0.1);

    Object.assign(observed, { rows: 100, failed: 10 });
    expect(condition.evaluate(1 * SECOND)).toBe('nothing');
    Object.assign(observed, { rows: 101, failed: 11 });
    expect(condition.evaluate(2 * SECOND)).toBe('firing');
    Object.assign(observed, { rows: 102, failed: 12 });

    expect(condition.evaluate(3 * SECOND)).toBe('nothing');
    expect(condition.value).toBeCloseTo(12 / 102);
    expect(condition.describe()).toBe('12 % of the last 102 rows failed (limit 10 %)');
  });

  it('says nothing of fewer than twenty rows', () => {
    const observed = nothingObserved();
    const condition = new ErrorRate(observed, 0.1);

    Object.assign(observed, { rows: 19, failed: 19 });
    expect(condition.evaluate(SECOND)).toBe('nothing');
    Object.assign(observed, { rows: 20, failed: 20 });

    expect(condition.evaluate(2 * SECOND)).toBe('firing');
  });

  it('looks at the last five minutes, and not at the hours before', () => {
    const observed = nothingObserved();
    const condition = new ErrorRate(observed, 0.1);
    const hour = 60 * MINUTE;

    const changes = changesOf(condition, 0, 2 * hour, (now) => {
      observed.rows += 10;
      // For ten minutes after the first hour, every other row fails: 3 % of all.
      if (now > hour && now <= hour + 10 * MINUTE) observed.failed += 5;
    });

    // Above 10 % of five minutes: after a minute and a second. Down at 9 %: so that the window holds 54 s of it.
    expect(changes).toEqual([
      [hour + 61 * SECOND, 'firing'],
      [hour + 10 * MINUTE + 5 * MINUTE - 54 * SECOND, 'recovered'],
    ]);
  });

  it('is not well again only because no rows come any more', () => {
    const observed = nothingObserved();
    const condition = new ErrorRate(observed, 0.1);
    Object.assign(observed, { rows: 100, failed: 100 });

    const changes = changesOf(condition, SECOND, 60 * MINUTE);

    expect(changes).toEqual([[SECOND, 'firing']]);
  });

  it('does not waver with a value about its threshold', () => {
    const observed = nothingObserved();
    const condition = new ErrorRate(observed, 0.1);
    let isOver = false;

    const changes = changesOf(condition, 0, 20 * MINUTE, () => {
      isOver = !isOver;
      observed.rows += 1_000;
      observed.failed += isOver ? 103 : 98;
    });

    expect(changes.length).toBeLessThanOrEqual(1);
  });

  it('may have a threshold of nothing at all', () => {
    const observed = nothingObserved();
    const condition = new ErrorRate(observed, 0);
    Object.assign(observed, { rows: 1_000, failed: 0 });
    expect(condition.evaluate(SECOND)).toBe('nothing');

    observed.failed = 1;

    expect(condition.evaluate(2 * SECOND)).toBe('firing');
  });
});

describe('a slow run', () => {
  it('fires when all takes longer than the factor allows', () => {
    const observed = nothingObserved();
    const condition = new Slow(observed, 1.5, 500, 0);

    // A second a row: twice as long as it should be, which is told after the warm-up.
    const changes = changesOf(condition, 0, 10 * MINUTE, () => {
      observed.rows++;
    });

    expect(changes).toEqual([[MINUTE, 'firing']]);
    expect(condition.value).toBeCloseTo(2, 1);
    expect(condition.describe()).toBe(
      '601 rows took 10 min 00 s, 2 times the expected 5 min 01 s (limit 1.5 times)',
    );
  });

  it('recovers when it has caught up', () => {
    const observed = nothingObserved();
    const condition = new Slow(observed, 1.5, 500, 0);

    const changes = changesOf(condition, 0, 10 * MINUTE, (now) => {
      observed.rows += now < 2 * MINUTE ? 1 : 4;
    });

    expect(changes.map(([, change]) => change)).toEqual(['firing', 'recovered']);
    expect(changes[1]?.[0]).toBeGreaterThan(2 * MINUTE);
  });

  it('says nothing as long as the time is kept', () => {
    const observed = nothingObserved();

    const changes = changesOf(new Slow(observed, 1.5, 500, 0), 0, 60 * MINUTE, () => {
      observed.rows += 2;
    });

    expect(changes).toEqual([]);
  });

  it('counts from the start of this process, whatever its clock says', () => {
    const observed = nothingObserved();
    const start = 1_000 * MINUTE;

    const changes = changesOf(new Slow(observed, 1.5, 500, start), start, start + 60 * MINUTE, () => {
      observed.rows += 2;
    });

    expect(changes).toEqual([]);
  });

  it('is one too where no row comes at all', () => {
    // Twenty rows should have taken 100 s.
    const changes = changesOf(new Slow(nothingObserved(), 1.5, 5 * SECOND, 0), 0, 10 * MINUTE);

    expect(changes).toEqual([[151 * SECOND, 'firing']]);
  });
});

describe('a run that stands still', () => {
  it('fires after its time, and says when rows come again', () => {
    const observed = nothingObserved();
    const condition = new Stall(observed, 5 * MINUTE, 0);

    const changes = changesOf(condition, 0, 30 * MINUTE, (now) => {
      if (now === 60 * SECOND || now === 20 * MINUTE) observed.rows++;
    });

    expect(changes).toEqual([
      [6 * MINUTE, 'firing'],
      [20 * MINUTE, 'recovered'],
      [25 * MINUTE, 'firing'],
    ]);
    expect(condition.threshold).toBe(300);
    expect(condition.value).toBe(600);
    expect(condition.describe()).toBe('no row has finished for 10 min 00 s');
  });

  it('is none as long as a row comes now and then', () => {
    const observed = nothingObserved();

    const changes = changesOf(new Stall(observed, 5 * MINUTE, 0), 0, 60 * MINUTE, (now) => {
      if (now % (4 * MINUTE) === 0) observed.rows++;
    });

    expect(changes).toEqual([]);
  });
});

describe('a service that holds calls up', () => {
  it('fires after five minutes of ten, and recovers when that is past', () => {
    const condition = new RateLimited();

    const changes = changesOf(condition, 0, 40 * MINUTE, (now) => {
      if (now < 12 * MINUTE && now % (10 * SECOND) === 0) condition.pause(now, 10 * SECOND);
    });

    expect(changes).toEqual([
      [5 * MINUTE, 'firing'],
      // Less than 45 % of the ten minutes before it.
      [(12 + 10 - 4.5) * MINUTE + SECOND, 'recovered'],
    ]);
  });

  it('is no news where it asks for a pause now and then', () => {
    const condition = new RateLimited();

    const changes = changesOf(condition, 0, 60 * MINUTE, (now) => {
      if (now % MINUTE === 0) condition.pause(now, 25 * SECOND);
    });

    expect(changes).toEqual([]);
    expect(condition.value).toBeCloseTo(25 / 60, 1);
  });

  it('counts pauses that overlap once, and of a long one only what has passed', () => {
    const condition = new RateLimited();

    for (let call = 0; call < 100; call++) condition.pause(call, 60 * MINUTE);
    condition.evaluate(2 * MINUTE);

    expect(condition.value).toBeCloseTo(0.2);
    expect(condition.describe()).toBe(
      'the service has held all calls up for 20 % of the last 10 minutes (limit 50 %)',
    );
  });
});

it('a budget fires at 80 %', () => {
  const observed = nothingObserved();
  const condition = new BudgetUsed(observed);

  observed.budgetUsed = 0.799;
  expect(condition.evaluate(0)).toBe('nothing');
  observed.budgetUsed = 0.81;

  expect([condition.evaluate(1), condition.evaluate(2)]).toEqual(['firing', 'nothing']);
  expect(condition.describe()).toBe('81 % of the budget is used (told from 80 % on)');
});
