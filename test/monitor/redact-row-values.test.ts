import { expect, it } from 'vitest';
import { redactRowValues } from '../../src/monitor/redact-row-values.js';
import type { JsonObject, Row } from '../../src/rows/row.js';

const cells = (...values: string[]): Row => ({ kind: 'cells', number: 1, cells: values, text: '' });
const object = (value: JsonObject): Row => ({ kind: 'object', number: 1, object: value, text: '' });
const LONG = 'a long review about a kettle, with all that was wrong with it';

it.each([
  ['a value', 'refused: kettle', cells('kettle'), 'refused: …'],
  ['a value that is there twice', 'kettle or kettle?', cells('kettle'), '… or …?'],
  ['all values', 'kettle and toaster', cells('toaster', 'kettle'), '… and …'],
  ['a value that is quoted cut', 'refused: a long review about a k…', cells(LONG), 'refused: ……'],
  ['a value on several lines, quoted on one', 'bad: one two three', cells('one\n two\r\nthree'), 'bad: …'],
  ['a value as JSON has it', 'bad: {"x":"say \\"no\\""}', cells('say "no"'), 'bad: {"x":"…"}'],
  [
    'values of objects',
    'not kettle, 1234, deep',
    object({ a: 'kettle', b: [1234, { c: 'deep' }] }),
    'not …, …, …',
  ],
])('a message is without %s', (_what, message, row, shown) => {
  expect(redactRowValues(message, row)).toBe(shown);
});

it('a message keeps its own words', () => {
  const message = 'HTTP 422: the field "text" is too long';

  expect(redactRowValues(message, cells('', ' ', 'is', '422', 'a long review', LONG))).toBe(message);
  expect(redactRowValues(message, object({ text: null, is: true, number: 4 }))).toBe(message);
});

it('a value of the sign that stands for it is replaced once', () => {
  expect(redactRowValues('what ………… is', cells('…………'))).toBe('what … is');
});
