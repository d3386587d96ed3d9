import { onTestFinished } from 'vitest';
import { threadProgram } from '../../src/threads/thread-program.js';
import { Threads } from '../../src/threads/threads.js';
import type { FrailSetUp } from './frail-thread.js';

export const frailProgram = threadProgram('frail-thread', import.meta.url);
export const unopenedProgram = threadProgram('unopened-thread', import.meta.url);

export function frailSetUp(): FrailSetUp {
  const shared = () => new Int32Array(new SharedArrayBuffer(4));
  return { opened: shared(), unlucky: shared() };
}

/** Threads that read words, closed when the test ends. */
export function frailThreads(threads: number): Threads<string, string> & { readonly setUp: FrailSetUp } {
  const setUp = frailSetUp();
  const all = new Threads<string, string>({ program: frailProgram, setUp, threads });
  onTestFinished(() => all.close());
  return Object.assign(all, { setUp });
}
