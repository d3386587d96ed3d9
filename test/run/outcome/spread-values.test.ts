import { describe, expect, it } from 'vitest';
import { answerFields } from '../../../src/run/outcome/spread-values.js';

const COLUMNS = ['title', 'tags', 'constructor'].map((property) => ({ property, column: `ai_${property}` }));

describe('the fields of an answer', () => {
  it.each([
    ['an object', { tags: ['a'], title: null, more: 1 }],
    ['a text that holds an object', ' {"tags":["a"],"title":null,"more":1}\n'],
    ['a text with an object in a fence', 'Here:\n```json\n{"tags":["a"],"title":null}\n```'],
  ])('are those of %s, in the order of the columns; what it lacks is undefined', (_what, answer) => {
    expect(answerFields(answer, COLUMNS)).toEqual([null, ['a'], undefined]);
  });

  it.each([['plain text'], ['{"title":'], [['a']], [null], [17], ['[{"title":"a"}]']])(
    'are none of %j',
    (answer) => {
      expect(answerFields(answer, COLUMNS)).toEqual([]);
    },
  );
});
