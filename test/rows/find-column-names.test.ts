import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findColumnNames } from '../../src/rows/find-column-names.js';
import { MAX_RECORD_BYTES } from '../../src/rows/read-blocks.js';
import { START } from '../../src/rows/row.js';
import { jsonlSplitter } from '../../src/rows/splitters/jsonl-splitter.js';
import { every, memorySource } from './memory-source.js';

const look = (text: string | Buffer, changed: object = {}, chunkBytes = 7) =>
  findColumnNames(memorySource(text, every(chunkBytes)), { from: START, known: [], most: 100, ...changed });

describe('the names of all rows', () => {
  it('stand in order of appearance, numbers too, with the row that has each first', async () => {
    const names = await look('{"2024":1,"b":2}\n\n{"b":1,"1":0,"c":[{"x":1}]}\n{"d":{"y":",{"}}');

    expect([...names]).toEqual([
      ['2024', 1],
      ['b', 1],
      ['1', 2],
      ['c', 2],
      ['d', 3],
    ]);
  });

  it('are those of the top alone, and none of the strings', async () => {
    const names = await look(
      `{"a":"{\\"no\\":1}","b\\"q":["x",{"no":1}],"c":{"no":{"no":"}"}} , "d":"\\\\","e":"${'long, "no": '.replaceAll('"', '\\"').repeat(9)}"}\n`,
    );

    expect([...names.keys()]).toEqual(['a', 'b"q', 'c', 'd', 'e']);
  });

  it('written in other ways are the same', async () => {
    expect([...(await look('{"a":1,"é":2}\n{"\\u0061":1,"\\u00e9":2,"z":0}\n')).keys()]).toEqual([
      'a',
      'é',
      'z',
    ]);
  });

  it('that are known come first, without a row', async () => {
    expect([...(await look('{"b":1,"a":2}\n', { known: ['a', 'k"'] }))]).toEqual([
      ['a', undefined],
      ['k"', undefined],
      ['b', 1],
    ]);
  });

  it('are not those of lines that cannot be read', async () => {
    const names = await look(
      Buffer.concat([
        Buffer.from('{"a":1}\n{"torn":1,"b\n["list"]\n{"x":1}}\n'),
        Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a]),
        Buffer.from('{"b":1}\r\n'),
      ]),
    );

    expect([...names]).toEqual([
      ['a', 1],
      ['b', 6],
    ]);
  });

  it('are not those of rows behind the last one', async () => {
    expect([...(await look('{"a":1}\n{"b":1}\n{"c":1}\n', { lastRow: 2 }, 100)).keys()]).toEqual(['a', 'b']);
  });

  it('are not looked for any more where there are too many', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => `{"n${index}":1}\n`).join('');

    expect((await look(lines, { most: 5 })).size).toBeLessThan(10);
  });

  it('are found behind a line that is too long to be a row', async () => {
    const names = await look(`{"a":"${'x'.repeat(MAX_RECORD_BYTES)}"}\n{"b":1}\n`, {}, 1024 * 1024);

    expect([...names.keys()]).toContain('b');
  });

  it('agree with those of parsed rows, however the bytes come', async () => {
    const rows = fc.array(
      fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
      {
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 50 }), async (objects, chunkBytes) => {
        const text = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
        const splitter = jsonlSplitter(0, MAX_RECORD_BYTES);
        splitter.split(Buffer.from(text));
        const expected = new Set(splitter.texts.flatMap((line) => Object.keys(JSON.parse(line))));

        const names = await look(text, {}, chunkBytes);

        expect(new Set(names.keys())).toEqual(expected);
      }),
    );
  });
});
