import { describe, expect, it } from 'vitest';
import { grammarSchema } from '../../../src/fabric/llama/grammar-schema.js';
import type { JsonObject } from '../../../src/rows/row.js';

const withProperty = (property: JsonObject): JsonObject => ({ type: 'object', properties: { a: property } });
const inGrammar = (property: JsonObject): JsonObject => ({
  type: 'object',
  properties: { a: property },
  additionalProperties: false,
});

describe('a schema that a grammar can say', () => {
  it.each<[JsonObject, JsonObject]>([
    [{ type: 'string', description: 'd', pattern: '^x' }, { type: 'string' }],
    [
      { type: 'string', minLength: 2, maxLength: 9 },
      { type: 'string', minLength: 2, maxLength: 9 },
    ],
    [
      { type: 'string', minLength: 2, maxLength: 5_000 },
      { type: 'string', minLength: 2 },
    ],
    [
      { type: 'string', format: 'date' },
      { type: 'string', format: 'date' },
    ],
    [{ type: 'string', format: 'email' }, { type: 'string' }],
    [{ type: 'integer', minimum: 1, maximum: 5 }, { type: 'integer' }],
    [{ enum: ['x', 1, true, null] }, { enum: ['x', 1, true, null] }],
    [{ const: null }, { const: null }],
    [{ type: ['string', 'null'] }, { type: ['string', 'null'] }],
    [
      { type: ['string', 'null'], maxLength: 3 },
      { oneOf: [{ type: 'string', maxLength: 3 }, { type: 'null' }] },
    ],
    [{ anyOf: [{ type: 'null' }, { type: 'boolean' }] }, { oneOf: [{ type: 'null' }, { type: 'boolean' }] }],
    [
      { type: 'array', items: { type: 'number' }, minItems: 1, uniqueItems: true },
      { type: 'array', items: { type: 'number' }, minItems: 1 },
    ],
    [{ type: 'array' }, { type: 'array' }],
    [{ type: 'array', items: {} }, { type: 'array' }],
    [
      { properties: { b: { type: 'null' } } },
      { type: 'object', properties: { b: { type: 'null' } }, additionalProperties: false },
    ],
    [{ type: 'object' }, { type: 'object', properties: {}, additionalProperties: true }],
    [
      { type: 'object', additionalProperties: { type: 'number' } },
      { type: 'object', properties: {}, additionalProperties: { type: 'number' } },
    ],
  ])('%j', (property, said) => {
    expect(grammarSchema(withProperty(property))).toEqual(inGrammar(said));
  });

  it('may refer to definitions, under either name, and these to themselves', () => {
    const schema = {
      ...withProperty({ $ref: '#/definitions/tree' }),
      definitions: {
        tree: {
          type: 'object',
          properties: { children: { type: 'array', items: { $ref: '#/definitions/tree' } } },
        },
      },
    };

    expect(grammarSchema(schema)).toEqual({
      ...inGrammar({ $ref: '#/$defs/tree' }),
      $defs: {
        tree: {
          type: 'object',
          properties: { children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
          additionalProperties: false,
        },
      },
    });
  });
});

describe('a schema that no grammar can say', () => {
  it.each<JsonObject>([
    {},
    { type: 'object', allOf: [] },
    { type: 'object', required: ['b'] },
    { type: 'object', minProperties: 1 },
    { enum: [{ a: 1 }] },
    { const: [1] },
    { $ref: '#' },
    { $ref: '#/$defs/none' },
    { type: 'array', items: [{ type: 'null' }] },
    { type: 'array', prefixItems: [{ type: 'null' }] },
    { oneOf: [{ type: 'null' }, {}] },
    { description: 'anything' },
  ])('%j', (property) => {
    expect(grammarSchema(withProperty(property))).toBeUndefined();
  });
});
