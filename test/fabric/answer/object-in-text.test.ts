import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectInText, objectOfAnswer } from '../../../src/fabric/answer/object-in-text.js';
import { runs } from '../../support/runs.js';

describe('the object in a text', () => {
  it.each([
    ['alone', '{"a":1}'],
    ['with space around it', '\n  {"a": 1}\r\n'],
    ['behind a byte order mark', '\ufeff{"a":1}'],
    ['in a fence of JSON', '```json\n{"a":1}\n```'],
    ['in a fence without a name', '```\n{\n"a":1\n}\n```\n'],
    ['in a fence with prose around it', 'Sure!\n\n```json\r\n{"a":1}\r\n```\r\nAnything else?'],
    ['in prose', 'Here it is: {"a":1}. Anything else?'],
    ['behind braces that are no JSON', 'For {name}: {"a":1}'],
    ['in the only fence, with another in the prose', 'From {"name":"mug"} I made\n```json\n{"a":1}\n```'],
    ['in a fence that never ends', '```json\n{"a":1}'],
  ])('is found %s', (_where, text) => {
    expect(objectInText(text)).toEqual({ kind: 'object', object: { a: 1 } });
  });

  it('is the outermost one', () => {
    expect(objectInText('So: {"a":{"b":"} \\" {"},"c":[{}]} – done')).toEqual({
      kind: 'object',
      object: { a: { b: '} " {' }, c: [{}] },
    });
  });

  it.each([
    ['an empty text', ' \n ', /^is an empty text$/],
    [
      'prose',
      'I am sorry, but I cannot\nhelp with that.',
      /^is text without a JSON object: "I am sorry, but I ca…"$/,
    ],
    ['a list', '[{"a":1}]', /^is an array, not a JSON object$/],
    ['a list in prose', 'Here: [ {"a":1} ]', /^is an array, not a JSON object$/],
    ['a list in a fence', '```json\n[1]\n```', /^is an array/],
    ['null', 'null', /^is null, not/],
    ['a number', '17', /^is a number, not/],
    ['JSON as a string', '"{\\"a\\":1}"', /^is a string, not/],
    ['two objects', '{"a":1}\n{"a":2}', /^has 2 JSON objects, where one is wanted$/],
    ['two fences', '```json\n{"a":1}\n```\n```json\n{"a":2}\n```', /^has 2 JSON objects/],
    ['an object that was cut off', 'Here: {"a":1,"b":{"c":2}', /^has a JSON object that never ends$/],
    ['a comma too many', '{"a":{"b":1},}', /^has a JSON object that cannot be parsed$/],
    ['single quotes', "{'a':1}", /^has a JSON object that cannot be parsed$/],
  ])('is not made up of %s', (_what, text, problem) => {
    expect(objectInText(text)).toEqual({ kind: 'problem', problem: expect.stringMatching(problem) });
  });

  it('is found whatever it holds, in prose or in a fence', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 2),
        (object, indent) => {
          const json = JSON.stringify(object, null, indent);
          const found = { kind: 'object', object: JSON.parse(json) };

          expect(objectInText(json)).toEqual(found);
          expect(objectInText(`It's done:\n${json}\nBye`)).toEqual(found);
          expect(objectInText(`Done:\n\`\`\`json\n${json}\n\`\`\``)).toEqual(found);
        },
      ),
      { numRuns: runs(100) },
    );
  });

  it('is looked for in time that grows with the text', () => {
    const text = '{x}'.repeat(10_000) + '{'.repeat(1_000_000);

    expect(objectInText(text)).toEqual({ kind: 'problem', problem: 'has a JSON object that never ends' });
  });
});

describe('the object of an answer', () => {
  it('is the answer itself where it is one', () => {
    const answer = { a: [1] };

    const found = objectOfAnswer(answer);

    expect(found.kind === 'object' && found.object).toBe(answer);
  });

  it.each([
    [[1, 2], 'an array'],
    [null, 'null'],
    [true, 'a boolean'],
  ])('is not %j', (answer, kind) => {
    expect(objectOfAnswer(answer)).toEqual({ kind: 'problem', problem: `is ${kind}, not a JSON object` });
  });
});
