import { describe, expect, it } from 'vitest';
import { answerCheck, SchemaError } from '../../../src/fabric/answer/answer-schema.js';
import type { JsonObject, JsonValue } from '../../../src/rows/row.js';

function objectWith(properties: JsonObject, others: JsonObject = {}): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties), ...others };
}

describe('an answer that does not match', () => {
  it.each<[string, JsonValue, JsonValue, string]>([
    ['a type', { type: 'number' }, '9.5', '/x must be number'],
    ['one of two types', { type: ['string', 'null'] }, 1, '/x must be string or null'],
    ['allowed values', { enum: ['new', 'used'] }, 'old', '/x must be one of "new", "used"'],
    ['one value', { const: 'yes' }, 'no', '/x must be "yes"'],
    ['a length', { type: 'string', minLength: 3 }, 'a', '/x must not have fewer than 3 characters'],
    ['a pattern', { type: 'string', pattern: '^a' }, 'b', '/x must match pattern "^a"'],
    ['a format', { type: 'string', format: 'date' }, 'today', '/x must match format "date"'],
    ['a place in a list', { items: { type: 'string' } }, ['a', 2], '/x/1 must be string'],
    ['a property inside', { type: 'object', required: ['y'] }, {}, '/x must have the property "y"'],
    [
      'one of several forms',
      { anyOf: [{ type: 'string' }, { type: 'array' }] },
      1,
      '/x must be string, or /x must be array',
    ],
  ])('is told what was wanted: %s', (_what, wanted, given, problem) => {
    const check = answerCheck(objectWith({ x: wanted }));

    expect(check({ x: given })).toBe(problem);
  });

  it('is told which property is missing, or is one too many', () => {
    const check = answerCheck(objectWith({ title: { type: 'string' } }, { additionalProperties: false }));

    expect(check({})).toBe('it must have the property "title"');
    expect(check({ title: 'a', more: 1 })).toBe('it must not have the property "more"');
    expect(check({ title: 'a' })).toBeUndefined();
  });

  it('is not told a hundred allowed values', () => {
    const check = answerCheck(objectWith({ x: { enum: Array.from({ length: 100 }, (_, n) => `v${n}`) } }));

    expect(check({ x: 'w' })).toBe('/x must be one of the 100 values that the schema allows');
  });

  it('is one that has a required property only as all objects do', () => {
    const check = answerCheck({ type: 'object', required: ['constructor'] });

    expect(check({})).toBe('it must have the property "constructor"');
  });
});

describe('a schema', () => {
  const TUPLE = { type: 'array', prefixItems: [{ type: 'string' }] };
  const OLD_TUPLE = { type: 'array', items: [{ type: 'string' }] };

  it.each([
    [undefined, TUPLE],
    ['https://json-schema.org/draft/2020-12/schema', TUPLE],
    ['http://json-schema.org/draft-07/schema#', OLD_TUPLE],
    ['https://json-schema.org/draft-07/schema', OLD_TUPLE],
  ])('is read as the draft that it names: %s', ($schema, x) => {
    const check = answerCheck({ ...($schema === undefined ? {} : { $schema }), ...objectWith({ x }) });

    expect([check({ x: ['a'] }), check({ x: [1] })]).toEqual([undefined, '/x/0 must be string']);
  });

  it('may have words and formats that nobody knows, and refer to its own parts', () => {
    const check = answerCheck(
      objectWith(
        { x: { type: 'string', format: 'of-the-house', example: 'a' }, y: { $ref: '#/$defs/y' } },
        { $defs: { y: { type: 'integer' } } },
      ),
    );

    expect([check({ x: 'a', y: 1 }), check({ x: 'a', y: 1.5 })]).toEqual([undefined, '/y must be integer']);
  });

  it('gives its verdict at once, whatever it says', () => {
    const check = answerCheck({ $async: true, ...objectWith({ x: { type: 'string' } }) });

    expect(check({ x: 1 })).toBe('/x must be string');
  });

  it.each<[string, JsonObject, RegExp]>([
    ['a type that there is not', objectWith({ x: { type: 'text' } }), /properties\/x\/type/],
    ['what it has not', objectWith({ x: { $ref: '#/$defs/z' } }), /#\/\$defs\/z/],
    ['what lies elsewhere', objectWith({ x: { $ref: 'https://example.com/s.json' } }), /example\.com/],
    [
      'another draft',
      { $schema: 'http://json-schema.org/draft-04/schema#' },
      /wanted draft 2020-12 or draft-07/,
    ],
    ['a pattern that is none', objectWith({ x: { pattern: '(' } }), /\(/],
  ])('is refused where it names %s', (_what, schema, says) => {
    const checking = () => answerCheck(schema);

    expect(checking).toThrow(SchemaError);
    expect(checking).toThrow(says);
    expect(checking).toThrow(/^[^\n]+$/);
  });
});
