import { expect, it } from 'vitest';
import { defined, LEAST, refusal } from './fabric-folder.js';

const output = (lines: readonly string[]) =>
  `${LEAST}output:\n  type: object\n${lines.map((line) => `  ${line}\n`).join('')}`;
const property = (schema: string) => output([`properties: {a: ${schema}}`]);

it.each([
  [
    property('{type: string, enum: [true, false]}'),
    'output.properties.a.enum: no answer can match it: none of true, false is of type string; put words in quotes, or change the type',
  ],
  [
    property('{type: string, enum: [1, 2, 3]}'),
    'output.properties.a.enum: no answer can match it: none of 1, 2, 3 is of type string; put words in quotes, or change the type',
  ],
  [
    property('{type: [integer, "null"], enum: [one, 2.5]}'),
    'output.properties.a.enum: no answer can match it: none of "one", 2.5 is of type integer or null; put words in quotes, or change the type',
  ],
  [
    property('{type: string, const: 7}'),
    'output.properties.a.const: no answer can match it: 7 is not of type string',
  ],
  [
    property('{type: array, items: {type: string, enum: [1]}}'),
    'output.properties.a.items.enum: no answer can match it: none of 1 is of type string; put words in quotes, or change the type',
  ],
  [
    property('{type: number, minimum: 5, maximum: 1}'),
    'output.properties.a.minimum: no answer can match it: it is more than maximum, 1',
  ],
  [
    output(['properties: {a: {type: string}}', 'required: [a, b]', 'additionalProperties: false']),
    'output.required: no answer can match it: "b" is no property, and additionalProperties allows no other',
  ],
])('a schema that no answer can match is refused, with its place', async (yaml, problem) => {
  const [line = ''] = await refusal(yaml);

  expect(line.replace(/^x\.yaml:\d+: /, '')).toBe(problem);
});

it.each([
  property('{type: string, enum: [1, "2"]}'),
  property('{type: [string, "null"], enum: [a, null]}'),
  property('{enum: [1, true, a]}'),
  property('{type: number, minimum: 1, maximum: 1}'),
  property('{anyOf: [{type: string, enum: [1]}, {type: integer}]}'),
  output(['properties: {a: {type: string}}', 'required: [a, b]']),
  output([
    'properties: {a: {type: string}}',
    'required: [b]',
    'additionalProperties: false',
    'patternProperties: {"^b": {}}',
  ]),
])('a schema that an answer can match is none: %s', async (yaml) => {
  await expect(defined(yaml)).resolves.toHaveProperty('output');
});
