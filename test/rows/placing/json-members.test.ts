import { describe, expect, it } from 'vitest';
import { withMembers } from '../../../src/rows/placing/json-members.js';

const ANSWER = new Map([['ai', '"good"']]);

describe('withMembers', () => {
  it.each([
    ['{"id": 1.0, "ai" : null , "z":2}', '{"id": 1.0, "ai" : "good" , "z":2}'],
    ['{"ai":{"ai":[1,{"x":"}"}]},"id":"\\"ai\\":"}', '{"ai":"good","id":"\\"ai\\":"}'],
    ['{"nested":{"ai":1}, "id":1}', '{"nested":{"ai":1}, "id":1,"ai":"good"}'],
    ['{"\\u0061i":"","b":[ ]}', '{"\\u0061i":"good","b":[ ]}'],
    ['{"ai":1,"ai":-2.50e3}', '{"ai":1,"ai":"good"}'],
    ['{ }', '{"ai":"good"}'],
  ])('of %s makes %s', (text, expected) => {
    expect(withMembers(text, ANSWER)).toBe(expected);
  });

  it('puts several in their places, and those that are missing behind, in their order', () => {
    const members = new Map([
      ['c', '3'],
      ['b', '2'],
      ['d', '4'],
      ['a', '1'],
    ]);

    expect(withMembers('{"a":true,"x":0,"b":"…"}', members)).toBe('{"a":1,"x":0,"b":2,"c":3,"d":4}');
  });
});
