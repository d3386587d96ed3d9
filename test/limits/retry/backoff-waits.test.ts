import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { BackoffWaits } from '../../../src/limits/retry/backoff-waits.js';
import { FakeClock } from '../fake-clock.js';

describe('waits', () => {
  it('end in time', async () => {
    const clock = new FakeClock();
    const waits = new BackoffWaits(clock, undefined);
    const ended: number[] = [];

    for (const ms of [300, 100, 200]) void waits.waitFor(ms).then(() => ended.push(clock.now()));
    await clock.advance(1_000);

    expect(ended).toEqual([100, 200, 300]);
  });

  it('end all at once when the run stops, with one listener for all and none afterwards', async () => {
    const clock = new FakeClock();
    const { signal, abort } = stoppable();
    const waits = new BackoffWaits(clock, signal);

    const ended = Promise.allSettled(Array.from({ length: 100 }, () => waits.waitFor(1_000)));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    abort();

    for (const wait of await ended)
      expect(wait).toMatchObject({ status: 'rejected', reason: { kind: 'aborted' } });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(clock.timers).toBe(0);
  });

  it('leave no listener when they are over', async () => {
    const clock = new FakeClock();
    const { signal } = stoppable();
    const waits = new BackoffWaits(clock, signal);

    void waits.waitFor(10);
    void waits.waitFor(20);
    await clock.advance(15);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    void waits.waitFor(10);
    await clock.advance(100);

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('do not begin after the run has stopped', async () => {
    const clock = new FakeClock();
    const waits = new BackoffWaits(clock, AbortSignal.abort());

    await expect(waits.waitFor(10)).rejects.toMatchObject({ kind: 'aborted' });
    expect(clock.timers).toBe(0);
  });
});

function stoppable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
