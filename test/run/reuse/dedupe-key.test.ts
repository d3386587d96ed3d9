import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputsReader, type SelectedInput } from '../../../src/rows/input-selection.js';
import type { JsonObject, Row } from '../../../src/rows/row.js';
import { type QuestionInputs, questionsOf } from '../../../src/run/reuse/dedupe-key.js';

const COLUMNS = ['id', 'name', 'note'];

interface Sent extends Partial<Omit<QuestionInputs, 'inputs'>> {
  readonly inputs?: SelectedInput[];
}

function questions({ inputs, columns = COLUMNS, ...asked }: Sent = {}) {
  return questionsOf({ columns, prompt: undefined, ...asked, inputs }, inputsReader(columns, inputs));
}

function cellsRow(cells: readonly string[], text = cells.join(',')): Row {
  return { kind: 'cells', number: 1, cells, text };
}

function quoted(cells: readonly string[]): string {
  return cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
}

/** As a careful writer has it: with quotes only where they are needed. */
function written(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? quoted([cell]) : cell)).join(',');
}

function objectRow(object: JsonObject): Row {
  return { kind: 'object', number: 1, object, text: JSON.stringify(object) };
}

const cells = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', '[', '\0'), maxLength: 3 }),
  {
    minLength: 3,
    maxLength: 3,
  },
);

describe('the question of a record', () => {
  it('is the same for the same cells, with quotes or without, and for no others', () => {
    const { questionOf } = questions();
    fc.assert(
      fc.property(cells, cells, (one, other) => {
        expect(questionOf(cellsRow(one, quoted(one)))).toBe(questionOf(cellsRow(one, written(one))));
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(questionOf(cellsRow(one, written(one))) === questionOf(cellsRow(other, quoted(other)))).toBe(
          isSame,
        );
      }),
    );
  });

  it('is made of 22 characters, whatever is asked', () => {
    expect(questions().questionOf(cellsRow(['1', 'x'.repeat(10_000), '']))).toMatch(/^[\w-]{22}$/);
  });

  it('is that of the columns which are sent, by the names under which they are', () => {
    const { questionOf, inputsTextOf } = questions({ inputs: [{ input: 'title', column: 'name' }] });

    expect(questionOf(cellsRow(['1', 'mug', 'a']))).toBe(questionOf(cellsRow(['2', 'mug', 'b'])));
    expect(questionOf(cellsRow(['1', 'mug', 'a']))).not.toBe(questionOf(cellsRow(['1', 'cup', 'a'])));
    expect(inputsTextOf(cellsRow(['1', 'mug', 'a']))).toBe('{"title":"mug"}');
  });

  it('is that of the columns which the templates use', () => {
    const { questionOf } = questions({ prompt: { columns: ['name'], files: [], goesThroughRow: false } });

    expect(questionOf(cellsRow(['1', 'mug', 'a']))).toBe(questionOf(cellsRow(['2', 'mug', 'b'])));
    expect(questionOf(cellsRow(['1', 'mug', 'a']))).not.toBe(questionOf(cellsRow(['1', 'cup', 'a'])));
  });

  it('is that of all columns where a template may use any', () => {
    const { questionOf } = questions({ prompt: { columns: ['name'], files: [], goesThroughRow: true } });

    expect(questionOf(cellsRow(['1', 'mug', 'a']))).not.toBe(questionOf(cellsRow(['2', 'mug', 'a'])));
  });

  it('is the same for a fabric that uses nothing of a row', () => {
    const { questionOf } = questions({ prompt: { columns: [], files: [], goesThroughRow: false } });

    expect(questionOf(cellsRow(['1', 'mug', 'a']))).toBe(questionOf(cellsRow(['2', 'cup', 'b'])));
  });
});

describe('the question of an object', () => {
  it('does not hang on the order of names, at any depth', () => {
    const { questionOf } = questions({ columns: ['a', 'b'] });

    const one = questionOf(objectRow({ a: 1, b: { c: [1, 2], d: null } }));

    expect(questionOf(objectRow({ b: { d: null, c: [1, 2] }, a: 1 }))).toBe(one);
    expect(questionOf(objectRow({ b: { d: null, c: [2, 1] }, a: 1 }))).not.toBe(one);
  });

  it('tells all values apart', () => {
    const { questionOf } = questions({ columns: ['a'] });
    const values = fc
      .jsonValue({ maxDepth: 2 })
      .map((value) => JSON.parse(JSON.stringify({ a: value })) as JsonObject);
    fc.assert(
      fc.property(values, values, (one, other) => {
        const isSame = sorted(one) === sorted(other);
        expect(questionOf(objectRow(one)) === questionOf(objectRow(other))).toBe(isSame);
      }),
    );
    for (const [one, other] of [
      [{ a: '1' }, { a: 1 }],
      [{ a: null }, {}],
      [{ a: '' }, { a: null }],
      [{ a: [] }, { a: {} }],
      [{ a: 'x', b: 'y' }, { a: 'x","b":"y' }],
    ] as [JsonObject, JsonObject][])
      expect(questionOf(objectRow(one))).not.toBe(questionOf(objectRow(other)));
  });
});

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
