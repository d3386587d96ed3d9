import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/rows/input-error.js';
import { jsonObject } from '../../../src/run/from-code/json-copy.js';

describe('an object as JSON has it', () => {
  it.each([
    { at: new Date(0), text: 'a', n: 1.5, yes: true, none: null },
    {
      gone: undefined,
      call: () => 1,
      [Symbol('s')]: 1,
      nan: Number.NaN,
      deep: { list: [undefined, { a: 1 }] },
    },
    JSON.parse('{"__proto__":{"a":1}}'),
    { toJSON: () => ({ instead: 1 }) },
    new (class Named {
      readonly a = 1;
    })(),
  ])('is what JSON.stringify would write: %j', (value) => {
    expect(jsonObject(value, 'row 1')).toEqual(JSON.parse(JSON.stringify(value)));
  });

  it('does not change when the object does', () => {
    const value = { deep: { a: 1 } };
    const json = jsonObject(value, 'row 1');

    value.deep.a = 2;

    expect(json).toEqual({ deep: { a: 1 } });
  });

  it.each([
    ['a text', 'row 3: wanted an object of named values, got a string'],
    [[1], 'row 3: wanted an object of named values, got an array'],
    [null, 'row 3: wanted an object of named values, got null'],
    [{ a: 1n }, 'row 3, "a" holds a bigint, which JSON has not: make it a number or a text'],
    [ring(), 'row 3, "self" is nested more than 100 deep, or a ring'],
  ])('is refused where there is none: %o', (value, message) => {
    const make = () => jsonObject(value, 'row 3');

    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  });
});

function ring(): object {
  const object: { self?: object } = {};
  object.self = object;
  return object;
}
