import { expect, it } from 'vitest';
import { openLanguageModel } from '../../../src/fabric/local/language-model.js';
import type { Reading } from '../../../src/fabric/local/reader/reading.js';

it('reads alike after more new words than the model has room for', async () => {
  const model = await openLanguageModel(['sbd']);
  const fresh = await openLanguageModel(['sbd']);
  const sentences = ({ sentences }: Reading) => sentences;

  // wink keeps the letter pattern of every word it meets in 14 bits; these are 30,000 patterns. Words that come
  // after them are taken for abbreviations, and sentences are cut in two.
  for (let i = 0; i < 300; i += 1) {
    const words = Array.from({ length: 100 }, (_, k) => String.fromCodePoint(0x4e00 + i, 0x4e00 + k));
    model.read(words.join(' '), sentences);
  }

  const text = 'I bought the ħödłåmp. The Plønkvillę. Lamp is ŧŋđħ.  It works, ŧŋđħł The end.';
  expect(model.read(text, sentences)).toEqual(fresh.read(text, sentences));
});

it('knows a new word no longer once its text is read', async () => {
  const model = await openLanguageModel(['sbd']);
  const words = (reading: Reading) =>
    Array.from({ length: reading.tokens }, (_, token) => reading.word(token));

  expect(model.read("Tim's phone", words)).toEqual(['Tim', "'s", 'phone']);
  model.read("It is Tim's.", words);

  expect(model.read("Tim's phone", words)).toEqual(['Tim', "'s", 'phone']);
});

it('forgets the words of a text that could not be read to its end', async () => {
  const model = await openLanguageModel(['sbd']);
  const words = (reading: Reading) =>
    Array.from({ length: reading.tokens }, (_, token) => reading.word(token));

  expect(() =>
    model.read("It is Tim's.", () => {
      throw new Error('stopped');
    }),
  ).toThrow('stopped');

  expect(model.read("Tim's phone", words)).toEqual(['Tim', "'s", 'phone']);
});

it('can be opened any number of times', async () => {
  // wink's own loader doubles a string each time, and fails at the 25th.
  for (let i = 0; i < 26; i += 1) await openLanguageModel(['sbd']);
});
