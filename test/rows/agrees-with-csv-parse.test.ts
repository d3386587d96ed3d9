import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../support/runs.js';
import { every, readFile } from './memory-source.js';

/** What csv-parse makes of text, or undefined where it refuses it. */
function parsed(text: string, delimiter: string, relaxed = false): string[][] | undefined {
  try {
    return parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      relax_quotes: relaxed,
    });
  } catch {
    return undefined;
  }
}

/** Text of pieces; before a line end, and at the very end, the reader takes carriage returns for a part of it. */
const textOf = (maxLength: number) =>
  fc
    .array(fc.constantFrom(...PIECES), { maxLength })
    .map((pieces) => pieces.join(''))
    .filter((text) => !/\r(\r\n|$)/.test(text));

const PIECES = [
  '"',
  '""',
  '"x"',
  '"y,\n"',
  ',',
  ',',
  ';',
  '\n',
  '\n',
  '\r\n',
  '\r',
  'x',
  'é',
  ' ',
  'a,b\n',
  '🦊',
];

it('whatever csv-parse accepts, the reader reads as csv-parse does', async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(
      textOf(25),
      fc.constantFrom(',', ';'),
      fc.integer({ min: 1, max: 30 }),
      async (rows, delimiter, chunk) => {
        const wanted = parsed(rows, delimiter);
        if (wanted === undefined) return;
        accepted++;

        const { values, unreadable } = await readFile(`a${delimiter}b\n${rows}`, {
          delimiter,
          badRows: 'collect',
          cut: every(chunk),
        });

        expect(values).toEqual(wanted.filter((cells) => cells.length === 2));
        expect(unreadable).toHaveLength(wanted.length - values.length);
      },
    ),
    { numRuns: runs(300) },
  );
  expect(accepted).toBeGreaterThan(100);
});

it('what csv-parse refuses has an unreadable row', async () => {
  await fc.assert(
    fc.asyncProperty(textOf(15), async (rows) => {
      // A quote in the middle of an unquoted field is text for the reader.
      fc.pre(parsed(rows, ',', true) === undefined);

      const { unreadable } = await readFile(`a,b\n${rows}`, { badRows: 'collect' });

      expect(unreadable).not.toEqual([]);
    }),
    { numRuns: runs(100) },
  );
});
