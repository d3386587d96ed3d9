import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../src/run/from-code/result-buffer.js';

/** Whether the promise is kept, once all that can happen without waiting has happened. */
async function isKept(promise: Promise<unknown>): Promise<boolean> {
  let kept = false;
  void promise.then(() => {
    kept = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return kept;
}

describe('an outbox', () => {
  it('gives out what it was given, in order, and then nothing', async () => {
    const outbox = new Outbox<number>(10);
    await outbox.give([1, 2]);
    await outbox.give([3]);
    outbox.end();

    const taken = [await outbox.take(), await outbox.take(), await outbox.take(), await outbox.take()];

    expect(taken).toEqual([1, 2, 3, undefined]);
  });

  it('has whoever takes wait for what is to come', async () => {
    const outbox = new Outbox<number>(10);
    const taken = outbox.take();
    const isThere = await isKept(taken);

    await outbox.give([7]);

    expect(isThere).toBe(false);
    expect(await taken).toBe(7);
  });

  it('has whoever gives wait when it is full, until there is room', async () => {
    const outbox = new Outbox<number>(2);
    const given = outbox.give([1, 2]);
    const before = await isKept(given);

    await outbox.take();

    expect(before).toBe(false);
    expect(await isKept(given)).toBe(true);
  });

  it('lets everybody go when it is over', async () => {
    const full = new Outbox<number>(1);
    const given = full.give([1]);
    const empty = new Outbox<number>(1);
    const taken = empty.take();

    full.end();
    empty.end();

    expect(await isKept(given)).toBe(true);
    expect(await taken).toBeUndefined();
  });
});
