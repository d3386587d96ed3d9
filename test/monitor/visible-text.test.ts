import fc from 'fast-check';
import { expect, it } from 'vitest';
import { visibleText } from '../../src/monitor/visible-text.js';

it.each([
  ['an escape sequence', '\u001b[31mred', '\\u001b[31mred'],
  ['one of Latin-1', '\u009b2J', '\\u009b2J'],
  ['a title', '\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
  ['what goes back over a line', 'paid\r0 rows\b\b', 'paid\\u000d0 rows\\u0008\\u0008'],
  ['what turns text around', 'a\u202eb\u2066c\u200f', 'a\\u202eb\\u2066c\\u200f'],
  ['other ends of lines', 'a\u0085b\u2028c', 'a\\u0085b\\u2028c'],
])('shows %s', (_, text, visible) => {
  expect(visibleText(text)).toBe(visible);
});

it('leaves lines, tabs and every script as they are', () => {
  const text = 'naïve\tשלום مرحبا 日本 👩‍👧 \n';

  expect(visibleText(text)).toBe(text);
});

it('leaves a text of JSON with the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const json = JSON.stringify([value, text]);

      expect(JSON.parse(visibleText(json))).toEqual(JSON.parse(json));
    }),
  );
});
