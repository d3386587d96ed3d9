import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellSplitter, cellWriter, DOUBLED_QUOTES, type Quoting } from '../../src/rows/quoting.js';
import { runs } from '../support/runs.js';
import { every, readFile } from './memory-source.js';
import { randomCells } from './random-rows.js';

const BACKSLASHES: Quoting = { kind: 'quotes', quote: '"', escape: '\\' };
const NO_QUOTES: Quoting = { kind: 'escapes', escape: '\\' };
const SINGLE_QUOTES: Quoting = { kind: 'quotes', quote: "'", escape: "'" };

const KINDS: readonly (readonly [string, Quoting, string])[] = [
  ['quotes that are doubled', DOUBLED_QUOTES, ','],
  ['quotes after a backslash', BACKSLASHES, ','],
  ['single quotes', SINGLE_QUOTES, ';'],
  ['no quotes, but backslashes', NO_QUOTES, '\t'],
  ['no quotes, but backslashes, and commas', NO_QUOTES, ','],
];

describe.each(KINDS)('with %s', (_what, quoting, delimiter) => {
  const line = (cells: readonly string[]) => cells.map(cellWriter(delimiter, quoting)).join(delimiter);

  it('cells are read as they were written', () => {
    fc.assert(
      fc.property(randomCells(3), (cells) => {
        expect(cellSplitter(delimiter, quoting)(line(cells))).toEqual(cells);
      }),
      { numRuns: runs(150) },
    );
  });

  it('records are found as they were written, wherever chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomCells(2), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 20 }),
        async (rows, chunk) => {
          // A line end after a cell that ends with a carriage return would take it.
          const wanted = rows.map(([a = '', b = '']) => [a, `${b}.`]);
          const text = [['a', 'b'], ...wanted].map((cells) => `${line(cells)}\n`).join('');

          const { values, unreadable } = await readFile(text, {
            delimiter,
            quoting,
            badRows: 'collect',
            cut: every(chunk),
          });

          expect(unreadable).toEqual([]);
          expect(values).toEqual(wanted);
        },
      ),
      { numRuns: runs(80) },
    );
  });
});

describe('a TSV without quotes', () => {
  const read = (text: string) => readFile(text, { format: 'tsv', quoting: NO_QUOTES });

  it.each([
    ['quotes are text', '"a "quoted" word"', '"a "quoted" word"'],
    ['a tab, a line feed, a backslash', 'a\\tb\\nc\\\\d', 'a\tb\nc\\d'],
    ['an unknown escape stays as it is', 'C:\\Windows', 'C:\\Windows'],
    ['no value is empty', '\\N', ''],
    ['but not inside a text', 'a\\N', 'a\\N'],
    ['a tab as MySQL writes it', 'a\\\tb', 'a\tb'],
    ['a line feed as MySQL writes it', 'a\\\nb', 'a\nb'],
  ])('%s', async (_what, cell, value) => {
    const { values, rows } = await read(`id\ttext\n1\t${cell}\n2\tx\n`);

    expect(values).toEqual([
      ['1', value],
      ['2', 'x'],
    ]);
    expect(rows[0]?.text).toBe(`1\t${cell}`);
  });
});

describe('a CSV with backslashes before its quotes', () => {
  it.each([
    ['"say \\"hi\\""', 'say "hi"'],
    ['"a \\\\ b, c"', 'a \\ b, c'],
    ['"ends with \\\\"', 'ends with \\'],
    ['"two\\nlines is no escape"', 'two\\nlines is no escape'],
    ['"also ""doubled"""', 'also "doubled"'],
    ['not \\"quoted\\"', 'not \\"quoted\\"'],
  ])('%s', async (cell, value) => {
    const { values } = await readFile(`id,text\n1,${cell}\n2,x\n`, { quoting: BACKSLASHES });

    expect(values).toEqual([
      ['1', value],
      ['2', 'x'],
    ]);
  });
});
