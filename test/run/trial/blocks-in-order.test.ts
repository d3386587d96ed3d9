import { expect, it } from 'vitest';
import { BlocksInOrder } from '../../../src/run/trial/blocks-in-order.js';

/** Blocks that are done when the test says so. */
function heldBlocks(names: readonly string[]) {
  const done = new Map<string, () => void>();
  const blocks = names.map((name) => new Promise<string>((resolve) => done.set(name, () => resolve(name))));
  return { blocks, finish: (name: string) => done.get(name)?.() };
}

it('uses results in the order of their blocks, whichever is done first', async () => {
  const used: string[] = [];
  const { blocks, finish } = heldBlocks(['a', 'b', 'c']);
  const inOrder = new BlocksInOrder<string>(4, (name) => used.push(name));
  for (const block of blocks) await inOrder.add(block);

  finish('c');
  finish('a');
  finish('b');
  await inOrder.finish();

  expect(used).toEqual(['a', 'b', 'c']);
});

it('waits for the oldest block where there is no room for another', async () => {
  const used: string[] = [];
  const { blocks, finish } = heldBlocks(['a', 'b']);
  const [a, b] = blocks as [Promise<string>, Promise<string>];
  const inOrder = new BlocksInOrder<string>(2, (name) => used.push(name));

  await inOrder.add(a);
  const second = inOrder.add(b).then(() => [...used]);
  finish('b');
  finish('a');

  expect(await second).toEqual(['a']);
});

it('fails with what its oldest block failed with, and is silent about later ones', async () => {
  const inOrder = new BlocksInOrder<string>(4, () => {});
  await inOrder.add(Promise.reject(new Error('first')));
  await inOrder.add(Promise.reject(new Error('second')));

  await expect(inOrder.finish()).rejects.toThrow('first');
});
