import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRows } from '../../src/rows/count-rows.js';
import { InputError } from '../../src/rows/input-error.js';
import { isPartUnchanged } from '../../src/rows/verify-position.js';
import { runs } from '../support/runs.js';
import { cutAt, every, memorySource, readFile } from './memory-source.js';

const json = { format: 'json', badRows: 'collect' } as const;
const ARRAY = { format: 'jsonl', delimiter: ',', newline: '\n', framing: 'array' } as const;

describe('one JSON array', () => {
  const TEXT = '\ufeff [\n  {"a": "]}, \\" [", "b": {"c": [1, {}]}},{"a":"ü\\\\"}\r\n ,\t{}\n]\n';

  it('is read as its elements, wherever chunks end', async () => {
    const bytes = Buffer.from(TEXT);
    for (let offset = 1; offset < bytes.length; offset++) {
      const { values } = await readFile(bytes, { ...json, cut: cutAt(offset) });

      expect(values).toEqual([{ a: ']}, " [', b: { c: [1, {}] } }, { a: 'ü\\' }, {}]);
    }
  });

  it('gives each element its text on one line, with every digit', async () => {
    const { rows } = await readFile('[{\n  "id": 9007199254740993,\n  "n": 1.10\n}]', json);

    expect(rows.map((row) => row.text)).toEqual(['{ "id": 9007199254740993, "n": 1.10 }']);
  });

  it('may be empty', async () => {
    expect((await readFile(' [ ] ', json)).values).toEqual([]);
  });

  it('has unreadable rows where an element is no object, and goes on behind them', async () => {
    const { values, unreadable } = await readFile(
      '[\n{"a":1},\n17,\n"x, ]",\n[{}],\n{"a":nope},\n{"a":2}]',
      json,
    );

    expect(values).toEqual([{ a: 1 }, { a: 2 }]);
    expect(unreadable).toMatchObject([
      { number: 2, line: 3, raw: '17', problem: 'wanted a JSON object, got a number' },
      { number: 3, line: 4, raw: '"x, ]"' },
      { number: 4, raw: '[{}]', problem: 'wanted a JSON object, got an array' },
      { number: 5, line: 6, raw: '{"a":nope}' },
    ]);
  });

  it.each([
    ['{"a":1}', /line 1 \(row 1\): wanted one array of objects/],
    ['{"a":1}\n{"a":2}\n', /--format jsonl/],
    ['[{"a":1}\n{"a":2}]', /line 2 \(row 2\): wanted a comma or the closing \]/],
    ['[{"a":1},]', /\(row 2\): wanted a row, got "\]"/],
    ['[{"a":1}] x', /wanted nothing after the array's closing \]/],
    ['[{"a":1},{"a":', /\(row 2\): wanted the array's closing \], got the end of the file inside this row/],
    ['[{"a":1}', /wanted the array's closing \], got the end of the file \(is it whole\?\)/],
  ])('that is broken ends the reading: %s', async (text, message) => {
    for (const cut of [every(1), every(1_000)]) {
      const reading = readFile(text, { ...json, cut });

      await expect(reading).rejects.toBeInstanceOf(InputError);
      await expect(reading).rejects.toThrow(message);
    }
  });

  it('is read on from any block, is known again, and is counted', async () => {
    const rows = fc.array(fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue(), { maxKeys: 3 }), {
      maxLength: 9,
    });
    const indent = fc.constantFrom(0, 2);
    await fc.assert(
      fc.asyncProperty(rows, indent, fc.integer({ min: 1, max: 30 }), async (objects, space, chunk) => {
        const text = JSON.stringify(objects, null, space);
        const source = memorySource(text, every(chunk));
        const whole = await readFile(text, { ...json, blockRows: 2, cut: every(chunk) });
        expect(whole.values).toEqual(JSON.parse(text));

        for (const { end } of whole.blocks) {
          const rest = await readFile(text, { ...json, from: end, blockRows: 2, cut: every(chunk) });
          expect(rest.rows).toEqual(whole.rows.slice(end.row));
          expect(await isPartUnchanged(source, end, ARRAY)).toBe(true);
          expect(await countRows(source, ARRAY, end, new AbortController().signal)).toBe(objects.length);
        }
      }),
      { numRuns: runs(30) },
    );
  });
});
