import { describe, expect, it } from 'vitest';
import { fitsStrictMode } from '../../../src/fabric/model/strict-schema.js';
import type { JsonObject } from '../../../src/rows/row.js';
import { strictProblem } from '../../support/schema-rules.js';
import { PRODUCT } from './connected.js';

const closed = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});

describe('strict mode takes', () => {
  it.each<[string, JsonObject]>([
    ['an object that is closed, with all its properties required', PRODUCT],
    [
      'objects in objects and in lists',
      closed({ a: closed({}), b: { type: 'array', items: closed({ c: {} }) } }),
    ],
    ['properties named like keywords', closed({ not: { type: 'string' }, default: { type: 'number' } })],
    ['a choice, and what may be null', closed({ a: { anyOf: [closed({}), { type: ['string', 'null'] }] } })],
    ['definitions', closed({ a: { $ref: '#/$defs/a' } }, { $defs: { a: closed({}) } })],
    [
      'enumerations and ranges',
      closed({ a: { enum: ['x'] }, b: { type: 'integer', minimum: 0, maximum: 9 } }),
    ],
  ])('%s', (_what, schema) => {
    expect(fitsStrictMode(schema)).toBe(true);
    expect(strictProblem(schema)).toBeUndefined();
  });
});

describe('strict mode does not take', () => {
  const open = closed({ a: {} }, { additionalProperties: true });
  it.each<[string, JsonObject]>([
    ['a property that may be missing', closed({ a: {}, b: {} }, { required: ['a'] })],
    [
      'an object without a list of what is required',
      { type: 'object', properties: { a: {} }, additionalProperties: false },
    ],
    ['an open object', { type: 'object', properties: {}, required: [] }],
    ['an open object inside another', closed({ a: open })],
    ['an open object in a list', closed({ a: { type: 'array', items: open } })],
    ['an open object in a choice', closed({ a: { anyOf: [{ type: 'string' }, open] } })],
    ['an open object in a definition', closed({ a: { $ref: '#/$defs/a' } }, { $defs: { a: open } })],
    [
      'a description beside a reference',
      closed({ a: { $ref: '#/$defs/a', description: 'of the buyer' } }, { $defs: { a: closed({}) } }),
    ],
    ['an open object that may be null', closed({ a: { type: ['object', 'null'] } })],
    ['a root that is no object', { type: 'array', items: {} }],
    ['a choice at the root', closed({}, { anyOf: [closed({})] })],
    ['combinations', closed({ a: { allOf: [{ type: 'string' }] } })],
    ['keywords that it does not know', closed({ a: { type: 'string', minLength: 1 } })],
  ])('%s', (_what, schema) => {
    expect(fitsStrictMode(schema)).toBe(false);
    expect(strictProblem(schema)).toEqual(expect.any(String));
  });
});
