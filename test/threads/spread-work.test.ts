import { expect, it, onTestFinished } from 'vitest';
import { SpreadWork, type SpreadWorkOptions } from '../../src/threads/spread-work.js';
import { ThreadsClosedError } from '../../src/threads/threads-closed-error.js';
import { until } from '../support/until.js';
import { frailProgram, frailSetUp, unopenedProgram } from './some-threads.js';

function workOf(options: Partial<SpreadWorkOptions<string, string>>): SpreadWork<string, string> {
  const work = new SpreadWork<string, string>({
    program: frailProgram,
    setUp: frailSetUp(),
    threads: 2,
    here: async () => (words) => words.map((word) => `${word} here`),
    sizeOf: (word) => word.length,
    startAfter: 5,
    ...options,
  });
  onTestFinished(() => work.close());
  return work;
}

async function resultsOf(work: SpreadWork<string, string>, words: readonly string[]): Promise<string[]> {
  const outcomes = await work.run(words);
  return outcomes.map((outcome) => (outcome.status === 'done' ? outcome.result : outcome.reason));
}

it('begins here, and goes over to threads once there was much to do', async () => {
  const work = workOf({});

  expect(await resultsOf(work, ['a', 'b'])).toEqual(['a here', 'b here']);
  expect(work.blocksAtOnce).toBe(1);
  expect(await resultsOf(work, ['long word'])).toEqual(['long word here']);
  expect(await resultsOf(work, ['a'])).toEqual(['a here']);
  await until(() => work.blocksAtOnce > 1);

  expect(await resultsOf(work, ['a', 'b'])).toEqual(['a in a thread', 'b in a thread']);
  expect(work.blocksAtOnce).toBe(4);
});

it('begins in threads where it is known that there is much to do', async () => {
  const work = workOf({ startAfter: 0 });

  const results = await Promise.all([resultsOf(work, ['a']), resultsOf(work, ['b'])]);

  expect(results).toEqual([['a in a thread'], ['b in a thread']]);
});

it.each([
  ['for one thread', { threads: 1 }],
  ['where no thread can be started', { program: unopenedProgram }],
])('stays here %s', async (_when, options) => {
  const work = workOf({ startAfter: 0, ...options });

  const results = [await resultsOf(work, ['long word']), await resultsOf(work, ['a'])];

  expect(results).toEqual([['long word here'], ['a here']]);
  expect(work.blocksAtOnce).toBe(1);
});

it.each([0, 100])('can be closed at any time (size %d)', async (startAfter) => {
  const work = workOf({ startAfter });
  const underWay = work.run(['a']);

  const closing = work.close();

  await expect(underWay).rejects.toThrow(ThreadsClosedError);
  await closing;
  await expect(work.run(['b'])).rejects.toThrow(ThreadsClosedError);
});
