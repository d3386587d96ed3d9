import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Layout } from '../../../src/rows/format.js';
import { readRows } from '../../../src/rows/read-rows.js';
import { type Position, START } from '../../../src/rows/row.js';
import { wholeRecords } from '../../../src/rows/splitters/whole-records.js';
import { every, memorySource } from '../memory-source.js';

const CSV: Layout = { format: 'csv', delimiter: ',', newline: '\n' };
const JSONL: Layout = { format: 'jsonl', delimiter: ',', newline: '\n' };

async function copied(text: string, layout: Layout, most: number, chunkBytes: number, from = START) {
  let bytes = '';
  let end: Position = from;
  for await (const records of wholeRecords(memorySource(text, every(chunkBytes)), layout, from, most)) {
    bytes += records.bytes.toString();
    end = records.end;
  }
  return { bytes, end };
}

/** Where reading the same rows comes to. */
async function endOfRows(text: string, layout: Layout, lastRow: number): Promise<Position> {
  let end = START;
  const reading = { columns: ['a', 'b'], from: START, blockRows: 3, badRows: 'stop', lastRow } as const;
  for await (const block of readRows(memorySource(text), layout, reading)) end = block.end;
  return end;
}

const cell = fc.constantFrom('x', '', '"a,b"', '"two\nlines"', '"say ""so"""', 'ü🦊');
const csv = fc
  .array(fc.tuple(cell, cell), { minLength: 1, maxLength: 12 })
  .map((rows) => rows.map((cells) => `${cells.join(',')}\n`).join(''));
const jsonl = fc
  .array(fc.constantFrom('{"a":1}', '{"a":"ü🦊"}', ' {"b":"}"}', '', '  '), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''));

describe('records that are copied', () => {
  it.each([
    ['CSV', CSV, csv],
    ['JSONL', JSONL, jsonl],
  ])('end where rows end that are read (%s)', async (_, layout, texts) => {
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 1, max: 30 }),
        async (...of) => {
          const [text, most, chunkBytes] = of;
          const { bytes, end } = await copied(text, layout, most, chunkBytes);

          expect(end).toEqual(await endOfRows(text, layout, most));
          expect(bytes).toBe(Buffer.from(text).toString('utf8', 0, end.offset));
        },
      ),
    );
  });

  it('go on from a position, and have a last one without a line end', async () => {
    const text = 'a,1\nb,2\nc,3';
    const { end } = await copied(text, CSV, 1, 4);

    expect(await copied(text, CSV, 10, 4, end)).toMatchObject({
      bytes: 'b,2\nc,3',
      end: { row: 3, offset: 11 },
    });
  });

  it('stop before one that cannot be split off', async () => {
    const text = 'a,1\nb,"2" more\nc,3\n';

    expect(await copied(text, CSV, 10, 5)).toMatchObject({ bytes: 'a,1\n', end: { row: 1, offset: 4 } });
  });
});
