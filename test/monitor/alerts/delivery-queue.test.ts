import { describe, expect, it } from 'vitest';
import type { Alert, AlertName } from '../../../src/monitor/alerts/alert.js';
import {
  type AlertTarget,
  DeliveryError,
  DeliveryQueue,
} from '../../../src/monitor/alerts/delivery-queue.js';
import { FakeClock, settled } from '../../limits/fake-clock.js';
import { anAlert } from './some-alerts.js';

/** A target whose tries end when the test says so. */
class HandTarget implements AlertTarget {
  readonly shown = 'the target';
  readonly timeoutMs = 5_000;
  readonly tried: AlertName[] = [];
  isClosed = false;
  arrive = () => {};
  fail = (_error: Error) => {};

  constructor(readonly attempts = 2) {}

  deliver({ alert }: Alert, signal: AbortSignal): Promise<void> {
    this.tried.push(alert);
    return new Promise((resolve, reject) => {
      this.arrive = resolve;
      this.fail = reject;
      signal.addEventListener('abort', () => reject(new DeliveryError('broken off')));
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

function outboxTo(target: AlertTarget) {
  const clock = new FakeClock();
  const notes: string[] = [];
  return {
    clock,
    notes,
    queue: new DeliveryQueue(target, { clock, note: (message) => notes.push(message) }),
  };
}

describe('an queue', () => {
  it('sends alerts one after the other, in order', async () => {
    const target = new HandTarget();
    const { queue } = outboxTo(target);

    for (const alert of ['stall', 'slow', 'budget'] as const) queue.add(anAlert(alert));
    await settled();
    expect(target.tried).toEqual(['stall']);
    target.arrive();
    await settled();

    expect(target.tried).toEqual(['stall', 'slow']);
  });

  it('tries again after a second, as often as the target says', async () => {
    const target = new HandTarget(2);
    const { queue, clock, notes } = outboxTo(target);

    queue.add(anAlert('stall'));
    target.fail(new DeliveryError('no'));
    await clock.advance(999);
    expect(target.tried).toEqual(['stall']);
    await clock.advance(1);
    expect(target.tried).toEqual(['stall', 'stall']);
    expect(notes).toEqual([]);
    target.fail(new DeliveryError('never'));
    await clock.advance(60_000);

    expect(target.tried).toEqual(['stall', 'stall']);
    expect(notes).toEqual(['an alert did not arrive at the target: never; the run goes on']);
  });

  it('says again that alerts do not arrive, once one has', async () => {
    const target = new HandTarget(1);
    const { queue, notes } = outboxTo(target);

    for (const outcome of ['fail', 'fail', 'arrive', 'fail'] as const) {
      queue.add(anAlert());
      if (outcome === 'arrive') target.arrive();
      else target.fail(new DeliveryError('no'));
      await settled();
    }

    expect(notes).toHaveLength(2);
  });

  it('repeats nothing of errors that it does not know', async () => {
    const target = new HandTarget(1);
    const { queue, notes } = outboxTo(target);

    queue.add(anAlert());
    target.fail(new Error('https://hooks.example/SECRET'));
    await settled();

    expect(notes).toEqual(['an alert did not arrive at the target: unexpected error; the run goes on']);
  });

  it('keeps the last fifty', async () => {
    const target = new HandTarget(1);
    const { queue } = outboxTo(target);

    queue.add(anAlert('stall'));
    for (let nth = 1; nth <= 10; nth++) queue.add(anAlert('slow'));
    for (let nth = 1; nth <= 50; nth++) queue.add(anAlert('budget'));
    for (let nth = 1; nth <= 70; nth++) {
      target.arrive();
      await settled();
    }

    expect(target.tried).toEqual(['stall', ...Array(50).fill('budget')]);
  });

  it('sends at the end what waits, and frees the target', async () => {
    const target = new HandTarget();
    const { queue, clock, notes } = outboxTo(target);
    queue.add(anAlert('stall'));
    queue.add(anAlert('finished'));

    const closed = queue.close();
    target.arrive();
    await settled();
    expect(target.isClosed).toBe(false);
    target.arrive();
    await closed;

    expect(target.tried).toEqual(['stall', 'finished']);
    expect(target.isClosed).toBe(true);
    expect([notes, clock.timers]).toEqual([[], 0]);
  });

  it('at the end gives up after five seconds, also between two tries', async () => {
    const target = new HandTarget(Number.POSITIVE_INFINITY);
    const { queue, clock, notes } = outboxTo(target);
    queue.add(anAlert('stall'));
    const closed = queue.close();
    await clock.advance(4_900);
    target.fail(new DeliveryError('no'));

    await clock.advance(100);
    await closed;

    expect(target.tried).toEqual(['stall']);
    expect(notes).toHaveLength(1);
    expect([target.isClosed, clock.timers]).toEqual([true, 0]);
  });

  it('takes nothing more when it is closed', async () => {
    const target = new HandTarget();
    const { queue } = outboxTo(target);
    await queue.close();

    queue.add(anAlert());
    await settled();

    expect(target.tried).toEqual([]);
  });
});
