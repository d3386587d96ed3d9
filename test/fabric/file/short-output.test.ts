import { describe, expect, it } from 'vitest';
import { definitionHash } from '../../../src/fabric/definition-hash.js';
import { defined, LEAST, refusal } from './fabric-folder.js';

const LONG = `output:
  type: object
  properties:
    topic: { type: string, enum: [delivery, billing, other] }
    urgent: { type: boolean }
    title: { type: string, description: 'at most 60 characters, no full stop' }
    stars: { enum: [1, 2, 3], type: integer }
    weight: { type: number, enum: [0.5, 1] }
    order: { type: string, description: as it stands in the mail }
    tags: { type: array, items: { type: string } }
    parts:
      type: array
      description: one for each
      items:
        type: object
        properties:
          colours: { type: array, items: { type: string, enum: [red, blue] } }
          count: { type: integer }
        required: [colours]
        additionalProperties: false
    type: { type: string }
  required: [topic, urgent, title, stars, weight, tags, parts, type]
  additionalProperties: false
`;

const SHORT = `output:
  topic: [delivery, billing, other]
  urgent: boolean
  title (at most 60 characters, no full stop): string
  stars: [1, 2, 3]
  weight: [0.5, 1]
  order? (as it stands in the mail): string
  tags: [string]
  parts (one for each): [{ colours: [[red, blue]], count?: integer }]
  type: string
`;

describe('an output in the short form', () => {
  it('is the JSON schema that it stands for, for answers and for all that is told apart by the fabric', async () => {
    const [long, short] = [await defined(LEAST + LONG), await defined(LEAST + SHORT)];

    expect(short).toEqual(long);
    expect(definitionHash(short)).toBe(definitionHash(long));
    expect(Object.keys(short.output?.properties ?? {})).toEqual(Object.keys(long.output?.properties ?? {}));
  });

  it('stands in one line, too', async () => {
    const { output } = await defined(`${LEAST}output: { topic: [delivery, billing], urgent?: boolean }\n`);

    expect(output).toEqual({
      type: 'object',
      properties: { topic: { type: 'string', enum: ['delivery', 'billing'] }, urgent: { type: 'boolean' } },
      required: ['topic'],
      additionalProperties: false,
    });
  });

  const WANTED =
    'wanted string, number, integer, boolean, a list of choices, [string] for a list, or the parts of an object';

  it.each([
    ['urgent: bool', `urgent: ${WANTED}, got "bool", perhaps boolean`],
    ['urgent: bolean', `urgent: ${WANTED}, got "bolean", perhaps boolean`],
    ['urgent:', `urgent: ${WANTED}, got nothing`],
    ['urgent: 1', `urgent: ${WANTED}, got 1`],
    ['tags: array', `tags: ${WANTED}, got "array", perhaps [string]`],
    [
      'title: string (short)',
      `title: ${WANTED}, got "string (short)": a description stands behind the name, as in title (at most 60 characters): string`,
    ],
    ['topic: [delivery]', 'topic: wanted two choices or more, or [string] for a list, got ["delivery"]'],
    ['topic: []', 'topic: wanted two choices or more, or [string] for a list, got none'],
    ['topic: [a, 1]', 'topic: wanted choices that are all texts or all numbers'],
    ['topic: [true, false]', 'topic: wanted choices that are all texts or all numbers'],
    ['topic: [a, b, a]', 'topic: the choice "a" is there twice'],
    ['topic: [string, number]', 'topic: "string" is a type and no choice: [string] alone is a list'],
    ['sender: {}', 'sender: wanted the parts of an answer by their names, got none'],
    ['sender: { name: text }', `sender.name: ${WANTED}, got "text", perhaps string`],
    ['rows: [{ name: int }]', `rows[0].name: ${WANTED}, got "int", perhaps integer`],
    ['"?": string', '?: wanted a name, such as title, title? or title (at most 60 characters)'],
    ['"a (": string', 'a (: wanted a name, such as title, title? or title (at most 60 characters)'],
    ['ok? (again): string', 'ok? (again): "ok" is there twice'],
  ])('is refused with its line for %s', async (part, wanted) => {
    const lines = await refusal(`${LEAST}output:\n  ok: string\n  ${part}\n`);

    expect(lines).toEqual([`x.yaml:6: output.${wanted}`]);
  });

  it('is refused where it has no part', async () => {
    expect(await refusal(`${LEAST}output: {}\n`)).toEqual([
      'x.yaml:4: output: wanted the parts of an answer by their names, got none',
    ]);
  });
});
