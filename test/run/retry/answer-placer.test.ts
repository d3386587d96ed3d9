import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Format } from '../../../src/rows/format.js';
import type { JsonObject, JsonValue } from '../../../src/rows/row.js';
import { rowEncoder, rowObject } from '../../../src/rows/row-encoder.js';
import { answerFields } from '../../../src/run/outcome/spread-values.js';
import type { AnswerColumn } from '../../../src/run/plan/columns.js';
import { answerPlacer } from '../../../src/run/retry/answer-placer.js';
import { readFile } from '../../rows/memory-source.js';
import { csvText, randomCells } from '../../rows/random-rows.js';
import { runs } from '../../support/runs.js';

const COLUMN = 'ai_output';
const SPREAD: readonly AnswerColumn[] = ['title', 'tags'].map((property) => ({
  property,
  column: `ai_${property}`,
}));

/** A run's output whose n-th row has the n-th answer, or failed. */
async function outputOf(
  text: string,
  answers: readonly (JsonValue | undefined)[],
  { from = 'csv', to = from, spread = SPREAD }: Kind = {},
): Promise<string> {
  const { look, rows } = await readFile(text, { format: from });
  const delimiter = to === 'tsv' ? '\t' : ',';
  const encoder = rowEncoder({
    from: look.layout,
    to: { ...look.layout, format: to, delimiter },
    columns: look.columns,
    header: look.header,
    outputColumn: COLUMN,
    spreadColumns: spread.map(({ column }) => column),
  });
  const lines = rows.map((row, index) => {
    const answer = answers[index];
    return encoder.encode(row, answer, answer === undefined ? [] : answerFields(answer, spread));
  });
  return encoder.header + lines.join('');
}

interface Kind {
  readonly from?: Format;
  readonly to?: Format;
  readonly spread?: readonly AnswerColumn[];
}

/** The same output with every row placed anew. */
async function placed(
  text: string,
  output: string,
  answers: readonly JsonValue[],
  { from = 'csv', to = from, spread = SPREAD }: Kind = {},
): Promise<string> {
  const input = await readFile(text, { format: from });
  const { look, rows } = await readFile(output, { format: to });
  const place = answerPlacer(look, { column: COLUMN, spread, meta: [] });
  const lines = rows.map((row, index) => {
    const own = input.rows[index];
    const item: JsonObject | null = own === undefined ? null : rowObject(own, input.look.columns);
    return place(row, { row: index + 1, item, answer: answers[index] ?? null });
  });
  return (look.header === '' ? '' : look.header + look.layout.newline) + lines.join('');
}

const ANSWERS: readonly JsonValue[] = [
  { title: 'a "b", c', tags: ['x', 1] },
  { title: '', tags: null },
  { tags: 'x\ty\nz' },
  'text',
  '{"title":"of a text"}',
  17,
  { title: 'half \ud800', tags: '\0' },
];
const LINES = ['1,mug', '2,"quoted for nothing"', '3,"a ""b"", c"', '4,', '5,""', '6, x ', '7,z'];
const CSV = `id,name\n${LINES.join('\n')}\n`;
const JSONL = [
  '{"id":1}',
  '{ "id" : 2.0 }',
  '{}',
  '{"o":{"ai_title":""}}',
  '{"s":"}"}',
  '{"s":","}',
  '{"t":0}',
]
  .map((line) => `${line}\n`)
  .join('');

describe('answers are put into their places', () => {
  it.each<[Format, Format, string]>([
    ['csv', 'csv', CSV],
    ['csv', 'tsv', CSV],
    ['csv', 'jsonl', CSV],
    ['tsv', 'tsv', CSV.replaceAll(',', '\t')],
    ['jsonl', 'jsonl', JSONL],
    ['jsonl', 'csv', JSONL],
  ])('as the run would have written them: %s to %s', async (from, to, text) => {
    for (const spread of [SPREAD, []]) {
      const kind = { from, to, spread };
      const whole = await outputOf(text, ANSWERS, kind);
      const failed = await outputOf(text, [], kind);

      expect(failed).not.toBe(whole);
      expect(await placed(text, failed, ANSWERS, kind)).toBe(whole);
      expect(await placed(text, whole, ANSWERS, kind), 'a second time').toBe(whole);
    }
  });

  it.each<[Format, string, string]>([
    [
      'csv',
      'ai_title,id,ai_output,ai_tags\n"mine",1,,\n',
      'ai_title,id,ai_output,ai_tags\n"mine",1,"{""title"":""new"",""tags"":7}",7\n',
    ],
    [
      'jsonl',
      '{"ai_title":"mine", "id":1,"ai_output":null,"ai_tags":null}\n',
      '{"ai_title":"mine", "id":1,"ai_output":{"title":"new","tags":7},"ai_tags":7}\n',
    ],
  ])('beside a value that the row had, which stays: %s', async (format, output, expected) => {
    const { look, rows } = await readFile(output, { format });
    const places = { column: COLUMN, spread: SPREAD, meta: [], keepsValues: true };
    const result = {
      row: 1,
      item: { ai_title: 'mine', id: format === 'csv' ? '1' : 1 },
      answer: { title: 'new', tags: 7 },
    };

    const lines = rows.map((row) => answerPlacer(look, places)(row, result));

    const header = look.header === '' ? '' : look.header + look.layout.newline;
    expect(header + lines.join('')).toBe(expected);
    expect(() =>
      rows.map((row) => answerPlacer(look, { ...places, keepsValues: false })(row, result)),
    ).toThrow('the output was changed since the run');
  });

  it('in place of the answers of some steps, beside a value that the row had', async () => {
    const output = 'id,ai_title,ai_output,ai_tags\n1,mine,"{""title"":""new"",""tags"":null}",\n';
    const { look, rows } = await readFile(output, { format: 'csv' });
    const places = { column: COLUMN, spread: SPREAD, meta: [], keepsValues: true };
    const answer = { title: 'new', tags: 7 };
    const item = { id: '1' };
    const result = { row: 1, item, had: { title: 'new', tags: null }, answer };

    const [line] = rows.map((row) => answerPlacer(look, places)(row, result));

    expect(line).toBe('1,mine,"{""title"":""new"",""tags"":7}",7\n');
  });

  it('whatever cells and answers hold', async () => {
    const answer = fc.oneof(
      fc.string(),
      fc.record({ title: fc.jsonValue(), tags: fc.string() }, { requiredKeys: [] }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(randomCells(2), answer), { minLength: 1, maxLength: 8 }),
        fc.constantFrom<Format>('csv', 'tsv', 'jsonl'),
        async (rows, to) => {
          const text = csvText([['a', 'b'], ...rows.map(([cells]) => cells)], '\n');
          // As they come out of the file of results.
          const answers = rows.map(([, value]) => JSON.parse(JSON.stringify(value)) as JsonValue);
          const whole = await outputOf(text, answers, { to });

          expect(await placed(text, await outputOf(text, [], { to }), answers, { to })).toBe(whole);
          expect(await placed(text, whole, answers, { to })).toBe(whole);
        },
      ),
      { numRuns: runs(50) },
    );
  });
});

describe('a row that is not as the run left it', () => {
  const answers = [{ title: 'new', tags: [] }];
  const changed = /row 1 of the output is not the row of its dead letter/;

  it.each([
    ['another field of its own', 'id,ai_output,ai_title,ai_tags\n2,,,\n'],
    ['another answer', 'id,ai_output,ai_title,ai_tags\n1,x,,\n'],
    ['a part of another answer', 'id,ai_output,ai_title,ai_tags\n1,,old,\n'],
    ['only a part of this answer', 'id,ai_output,ai_title,ai_tags\n1,,new,\n'],
  ])('is refused: %s', async (_what, output) => {
    await expect(placed('id\n1\n', output, answers)).rejects.toThrow(changed);
  });

  it('is refused where a place is missing', async () => {
    const output = '{"id":1,"ai_output":"","ai_title":""}\n';

    await expect(placed('{"id":1}\n', output, answers, { from: 'jsonl' })).rejects.toThrow(changed);
  });
});
