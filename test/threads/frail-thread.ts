import { threadId } from 'node:worker_threads';
import { serveThread } from '../../src/threads/serve-thread.js';

/** Counts, over all threads, how often the program was opened and how often it was asked for each word. */
export interface FrailSetUp {
  readonly opened: Int32Array;
  readonly unlucky: Int32Array;
}

// Says in which thread it read a word. Some words are too much for it.
serveThread(async ({ opened, unlucky }: FrailSetUp) => {
  Atomics.add(opened, 0, 1);
  return (words: readonly string[]) =>
    words.map((word) => {
      if (word === 'throw') throw new Error('this word is too much\nfor me');
      if (word === 'exit') process.exit(7);
      if (word === 'exit the first time' && Atomics.add(unlucky, 0, 1) === 0) process.exit(7);
      if (word === 'for ever') for (;;);
      return `${word} in ${threadId > 0 ? 'a thread' : 'the main thread'}`;
    });
});
