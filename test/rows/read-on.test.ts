import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Format } from '../../src/rows/format.js';
import type { Position, Row } from '../../src/rows/row.js';
import { isPartUnchanged } from '../../src/rows/verify-position.js';
import { runs } from '../support/runs.js';
import { every, memorySource, type ReadFile, readFile } from './memory-source.js';
import { csvText, randomCells, randomJsonLine } from './random-rows.js';

/** What reading on must give again. */
function remaining(file: ReadFile, from: Position) {
  return {
    rows: file.rows.filter((row: Row) => row.number > from.row),
    unreadable: file.unreadable.filter((row) => row.number > from.row),
    end: file.blocks.at(-1)?.end ?? from,
  };
}

async function expectSameFromEveryBlock(content: string, format: Format, blockRows: number, chunk: number) {
  const options = { format, blockRows, badRows: 'collect', cut: every(chunk) } as const;
  const whole = await readFile(content, options);
  const source = memorySource(content, every(chunk));
  for (const { end } of whole.blocks) {
    const rest = await readFile(content, { ...options, from: end });
    expect(remaining(rest, end)).toEqual(remaining(whole, end));
    expect(await isPartUnchanged(source, end)).toBe(true);
  }
}

const sizes = { blockRows: fc.integer({ min: 1, max: 5 }), chunk: fc.integer({ min: 1, max: 60 }) };

describe('reading on from the end of any block gives exactly the rows that are left', () => {
  it('of CSV with any values', async () => {
    const content = fc
      .record({
        rows: fc.array(randomCells(3), { maxLength: 12 }),
        newline: fc.constantFrom('\n', '\r\n', '\r'),
        endsWithNewline: fc.boolean(),
        bom: fc.boolean(),
      })
      .map(
        ({ bom, rows, newline, endsWithNewline }) =>
          (bom ? '\ufeff' : '') +
          csvText([['a', 'b', 'c'], ...rows], newline).slice(
            0,
            endsWithNewline ? undefined : -newline.length,
          ),
      );

    await fc.assert(
      fc.asyncProperty(content, sizes.blockRows, sizes.chunk, (text, blockRows, chunk) =>
        expectSameFromEveryBlock(text, 'csv', blockRows, chunk),
      ),
      { numRuns: runs(40) },
    );
  });

  it('of CSV that nobody wrote properly', async () => {
    const junk = fc
      .array(fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', 'x', 'é', '🦊', ' ', 'a,b\n', '"q"'), {
        maxLength: 40,
      })
      .map((pieces) => `a,b\n${pieces.join('')}`);

    await fc.assert(
      fc.asyncProperty(junk, sizes.blockRows, sizes.chunk, (text, blockRows, chunk) =>
        expectSameFromEveryBlock(text, 'csv', blockRows, chunk),
      ),
      { numRuns: runs(80) },
    );
  });

  it('of JSONL, bad lines among them', async () => {
    const line = fc.oneof(
      { weight: 4, arbitrary: randomJsonLine },
      fc.constantFrom('', '{', '[1]', ' ', '"x"'),
    );
    const content = fc
      .tuple(fc.array(line, { maxLength: 15 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
      .map(([lines, newline, bom]) => `${bom ? '\ufeff' : ''}${['{"first":1}', ...lines].join(newline)}`);

    await fc.assert(
      fc.asyncProperty(content, sizes.blockRows, sizes.chunk, (text, blockRows, chunk) =>
        expectSameFromEveryBlock(text, 'jsonl', blockRows, chunk),
      ),
      { numRuns: runs(40) },
    );
  });
});

it('random CSV reads as the values it was written from', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(randomCells(3), { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      sizes.chunk,
      async (rows, newline, chunk) => {
        const { values } = await readFile(csvText([['a', 'b', 'c'], ...rows], newline), {
          cut: every(chunk),
        });
        expect(values).toEqual(rows);
      },
    ),
    { numRuns: runs(40) },
  );
});
