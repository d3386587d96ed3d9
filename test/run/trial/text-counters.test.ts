import { expect, it, onTestFinished } from 'vitest';
import { openTextCounters, type TextCounters } from '../../../src/run/trial/text-counters.js';

it.each([
  ['o200k_base', 12],
  ['cl100k_base', 13],
] as const)('counts with the encoding that was asked for: %s', async (encoding, tokens) => {
  expect(await countersOf(1, undefined).of(encoding)(['お誕生日おめでとう, number 1'])).toEqual([tokens]);
});

it('counts alike in threads and here', async () => {
  const blocks = Array.from({ length: 6 }, (_, block) =>
    Array.from({ length: 20 }, (_, text) => `Kettle no. ${block * 20 + text}, お誕生日`),
  );

  const here = await Promise.all(blocks.map(countersOf(1, 1e9).of('o200k_base')));

  expect(await Promise.all(blocks.map(countersOf(2, 1e9).of('o200k_base')))).toEqual(here);
});

function countersOf(threads: number, bytes: number | undefined): TextCounters {
  const counters = openTextCounters(threads, bytes);
  onTestFinished(() => counters.close());
  return counters;
}
