import { describe, expect, it } from 'vitest';
import {
  type AnswerProperties,
  decideColumns,
  type InputColumns,
  schemaProperties,
} from '../../../src/run/plan/columns.js';
import { SetUpError } from '../../../src/run/settings/set-up-error.js';
import type { RunSettings } from '../../../src/run/settings/settings.js';

const INPUT: InputColumns = { name: 'rows.csv', columns: ['id', 'name'] };
const STATED: AnswerProperties = ['title', 'tags', 'price'];

function deciding(
  columns: RunSettings['columns'],
  properties: AnswerProperties,
  { input = INPUT, outputColumn = 'ai_output' } = {},
) {
  return decideColumns({ outputColumn, ...(columns === undefined ? {} : { columns }) }, properties, input);
}

function columnsOf(columns: RunSettings['columns'], properties: AnswerProperties): string[] {
  return deciding(columns, properties).map(({ column }) => column);
}

describe('the columns of an answer', () => {
  it('are none where none are asked for', () => {
    for (const properties of [STATED, 'unknown', 'none'] as const)
      expect(deciding(undefined, properties)).toEqual([]);
  });

  it('are all that the output states, in its order', () => {
    expect(deciding('all', ['title', 'tags'])).toEqual([
      { property: 'title', column: 'ai_title' },
      { property: 'tags', column: 'ai_tags' },
    ]);
  });

  it('are those that are named, in the order of the output', () => {
    expect(columnsOf(['price', 'title'], STATED)).toEqual(['ai_title', 'ai_price']);
  });

  it('are those that are named, in that order, where nothing states the output', () => {
    expect(columnsOf(['price', 'title'], 'unknown')).toEqual(['ai_price', 'ai_title']);
  });
});

describe('a column with a name of its own', () => {
  it('takes the place of the usual one, in the order of the output', () => {
    expect(deciding(['tags', 'title:label'], STATED)).toEqual([
      { property: 'title', column: 'label' },
      { property: 'tags', column: 'ai_tags' },
    ]);
    expect(columnsOf(['a: b c ', 'd'], 'unknown')).toEqual(['b c', 'ai_d']);
  });

  it('is not meant where a property is called so', () => {
    expect(columnsOf(['dc:title'], ['dc:title'])).toEqual(['ai_dc:title']);
    expect(columnsOf(['dc:title:label'], 'unknown')).toEqual(['title:label']);
  });

  it('is no other column', () => {
    expect(() => deciding(['title:x', 'tags:x'], STATED)).toThrow(/"x" would have two columns/);
    expect(() => deciding(['title:name'], STATED)).toThrow(/rows\.csv has a column "name" already/);
    expect(() => deciding(['title:'], STATED)).toThrow(/such as title:label, got "title:"/);
    expect(() => deciding(['title', 'title:x'], STATED)).toThrow(/"title" is named twice/);
  });
});

describe('what is refused', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'a property that the answers have not',
      () => deciding(['title', 'colour', 'tgas'], STATED),
      /have no property "colour", "tgas" \(did you mean tags\?\); they have title, tags, price$/,
    ],
    ['a property named twice', () => deciding(['a', 'b', 'a'], 'unknown'), /"a" is named twice/],
    ['all of nobody knows what', () => deciding('all', 'unknown'), /name those to spread, such as --columns/],
    ['anything of texts', () => deciding('all', 'none'), /answers are texts, with nothing to spread/],
    ['a name of texts', () => deciding(['a'], 'none'), /answers are texts/],
    [
      'a column that the input has',
      () => deciding(['title'], STATED, { input: { name: 'r.csv', columns: ['id', 'ai_title'] } }),
      /r\.csv has a column "ai_title" already, where the answers' "title" would go/,
    ],
    [
      'the column of the answers',
      () => deciding(['title'], STATED, { outputColumn: 'ai_title' }),
      /"title" would go to "ai_title", and so would the whole answers; .*--output-column/,
    ],
  ])('%s', (_what, decide, says) => {
    expect(decide).toThrow(SetUpError);
    expect(decide).toThrow(says);
  });
});

describe('the properties that a schema lists', () => {
  it('are in its order', () => {
    expect(schemaProperties({ type: 'object', properties: { b: {}, a: {} }, required: ['a'] })).toEqual([
      'b',
      'a',
    ]);
  });

  it.each([[{}], [{ properties: {} }], [{ properties: [] }], [{ $ref: '#/$defs/x' }]])(
    'are not known where it lists none: %j',
    (schema) => {
      expect(schemaProperties(schema)).toBe('unknown');
    },
  );
});
