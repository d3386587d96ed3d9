import { expect, it } from 'vitest';
import { type Outcome, Threads } from '../../src/threads/threads.js';
import { ThreadsClosedError } from '../../src/threads/threads-closed-error.js';
import { frailThreads, unopenedProgram } from './some-threads.js';

const readAll = (...words: string[]): Outcome<string>[] =>
  words.map((word) => ({ status: 'done', result: `${word} in a thread` }));

it('gives the outcomes of each block in the order of its items, from as many threads as asked for', async () => {
  const threads = frailThreads(2);
  await threads.open();

  const outcomes = await Promise.all(
    [['a', 'b', 'c'], ['d'], [], ['e', 'f']].map((block) => threads.run(block)),
  );

  expect(outcomes).toEqual([readAll('a', 'b', 'c'), readAll('d'), [], readAll('e', 'f')]);
  expect(Atomics.load(threads.setUp.opened, 0)).toBe(2);
});

it.each([
  ['throws', 'throw', 'this word is too much'],
  ['exits', 'exit', 'terminated Unexpectedly'],
])('loses only the item at which a thread twice %s', async (_what, word, reason) => {
  const threads = frailThreads(2);

  const [hit, ...others] = await Promise.all([
    threads.run(['a', word, 'b']),
    threads.run(['c', 'd']),
    threads.run(['e']),
  ]);

  const [a, lost, b] = hit;
  expect([a, b]).toEqual(readAll('a', 'b'));
  expect(lost).toEqual({ status: 'crashed', reason });
  expect(others).toEqual([readAll('c', 'd'), readAll('e')]);
});

it('loses nothing to a thread that ends once', async () => {
  const threads = frailThreads(2);

  const outcomes = await threads.run(['a', 'exit the first time', 'b']);

  expect(outcomes).toEqual(readAll('a', 'exit the first time', 'b'));
});

it('says that it cannot be opened where its program cannot', async () => {
  const threads = new Threads({ program: unopenedProgram, setUp: undefined, threads: 1 });

  await expect(threads.open()).rejects.toThrow('not today');

  await threads.close();
});

it('fails what is under way when it is closed, and all that comes later', async () => {
  const threads = frailThreads(1);
  await threads.open();
  const underWay = threads.run(['for ever']);
  const queued = threads.run(['a']);

  const closing = Promise.all([threads.close(), threads.close()]);

  await expect(underWay).rejects.toThrow(ThreadsClosedError);
  await expect(queued).rejects.toThrow(ThreadsClosedError);
  await closing;
  await expect(threads.run(['b'])).rejects.toThrow(ThreadsClosedError);
});
