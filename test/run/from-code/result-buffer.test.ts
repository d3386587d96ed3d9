import { describe, expect, it } from 'vitest';
import { ResultBuffer } from '../../../src/run/from-code/result-buffer.js';

/** Whether the promise is kept, once all that can happen without waiting has happened. */
async function isKept(promise: Promise<unknown>): Promise<boolean> {
  let kept = false;
  void promise.then(() => {
    kept = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return kept;
}

describe('an buffer', () => {
  it('gives out what it was given, in order, and then nothing', async () => {
    const buffer = new ResultBuffer<number>(10);
    await buffer.give([1, 2]);
    await buffer.give([3]);
    buffer.end();

    const taken = [await buffer.take(), await buffer.take(), await buffer.take(), await buffer.take()];

    expect(taken).toEqual([1, 2, 3, undefined]);
  });

  it('has whoever takes wait for what is to come', async () => {
    const buffer = new ResultBuffer<number>(10);
    const taken = buffer.take();
    const isThere = await isKept(taken);

    await buffer.give([7]);

    expect(isThere).toBe(false);
    expect(await taken).toBe(7);
  });

  it('has whoever gives wait when it is full, until there is room', async () => {
    const buffer = new ResultBuffer<number>(2);
    const given = buffer.give([1, 2]);
    const before = await isKept(given);

    await buffer.take();

    expect(before).toBe(false);
    expect(await isKept(given)).toBe(true);
  });

  it('lets everybody go when it is over', async () => {
    const full = new ResultBuffer<number>(1);
    const given = full.give([1]);
    const empty = new ResultBuffer<number>(1);
    const taken = empty.take();

    full.end();
    empty.end();

    expect(await isKept(given)).toBe(true);
    expect(await taken).toBeUndefined();
  });
});
