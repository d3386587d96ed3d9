import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOfObject, jsonOfText } from '../../src/json/json-text.js';
import type { JsonObject } from '../../src/rows/row.js';

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\0', '\u2028', '\u007f', '🦊', '\ud83e', '\udd8a', 'a'),
  }),
);

describe('JSON that is put together', () => {
  it('is what JSON.stringify makes of a text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(jsonOfText(text)).toBe(JSON.stringify(text));
      }),
    );
  });

  it('is what JSON.stringify makes of an object', () => {
    const values = fc.oneof(
      texts,
      fc.jsonValue(),
      fc.constantFrom(undefined, () => 1, new Date(0)),
    );
    fc.assert(
      fc.property(fc.dictionary(texts, values), (object) => {
        expect(jsonOfObject(object as JsonObject)).toBe(JSON.stringify(object));
      }),
    );
  });
});
