import { describe, expect, it } from 'vitest';
import { UnreadableRowError } from '../../src/rows/input-error.js';
import { lookAt } from '../../src/rows/look.js';
import { readRows } from '../../src/rows/read-rows.js';
import type { RowBlock } from '../../src/rows/row.js';
import { collect, cutAt, every, memorySource, type Reading, readFile } from './memory-source.js';

const collecting = { badRows: 'collect' } as const;

/** Reads to the bad row: what came before it, and the error. */
async function readToError(content: string | Buffer, { cut, format = 'csv' }: Reading = {}) {
  const source = memorySource(content, cut);
  const look = await lookAt(source, { format });
  const blocks: RowBlock[] = [];
  const options = { columns: look.columns, from: look.start, blockRows: 50, badRows: 'stop' } as const;
  try {
    for await (const block of readRows(source, look.layout, options)) blocks.push(block);
  } catch (error) {
    return { error, rows: blocks.flatMap((block) => block.rows.map((row) => row.number)), blocks };
  }
  throw new Error('wanted an unreadable row, got none');
}

describe('a row that cannot be read', () => {
  it.each([
    ['too few fields', 'a,b\n1,2\nlonely\n3,4\n', /wanted 2 fields as in the header, got 1/],
    ['too many fields', 'a,b\n1,2\n7,8,9\n3,4\n', /wanted 2 fields as in the header, got 3/],
    ['text behind a closing quote', 'a,b\n1,2\n"x"y,2\n3,4\n', /after a closing quote, got more text/],
    ['a quote that never closes', 'a,b\n1,2\n5,"open\n3,4\n', /wanted a closing quote, got none/],
  ])('for %s is put aside alone', async (_what, text, problem) => {
    for (const cut of [every(1), every(5), every(10_000)]) {
      const { values, unreadable } = await readFile(text, { ...collecting, cut });

      expect(values).toEqual([
        ['1', '2'],
        ['3', '4'],
      ]);
      expect(unreadable).toMatchObject([{ number: 2, line: 3, problem: expect.stringMatching(problem) }]);
      expect(unreadable[0]?.raw).toBe(text.split('\n')[2]);
    }
  });

  it('for bytes that are not UTF-8 is put aside alone', async () => {
    const text = Buffer.concat([Buffer.from('a,b\n1,2\ncaf'), Buffer.from([0xe9]), Buffer.from(',x\nä,4\n')]);

    for (let offset = 4; offset < text.length; offset++) {
      const { values, unreadable } = await readFile(text, { ...collecting, cut: cutAt(offset) });
      expect(values).toEqual([
        ['1', '2'],
        ['ä', '4'],
      ]);
      expect(unreadable).toMatchObject([{ number: 2, line: 3, raw: 'caf\ufffd,x' }]);
      expect(unreadable[0]?.problem).toContain('wanted UTF-8 text');
    }
  });

  it('keeps its number, so that the rows after it keep theirs', async () => {
    const { rows, unreadable } = await readFile('a,b\n1,2\nbad\n3,4\nbad\n5,6\n', collecting);

    expect(rows.map((row) => row.number)).toEqual([1, 3, 5]);
    expect(unreadable.map((row) => row.number)).toEqual([2, 4]);
  });

  it('names the line it starts on, whatever lines came before it', async () => {
    const { unreadable } = await readFile('a,b\n"two\nlines",2\n\n\n"x\n\ny",2\n\nbad\n1,2\n', collecting);

    expect(unreadable).toMatchObject([{ number: 3, line: 10, raw: 'bad' }]);
  });

  it('names its line in a file of carriage returns too', async () => {
    const { unreadable } = await readFile('a,b\r1,2\r\r"x"y,2\r3\r', collecting);

    expect(unreadable).toMatchObject([
      { number: 2, line: 4, raw: '"x"y,2' },
      { number: 3, line: 5, raw: '3' },
    ]);
  });

  it('names its line after reading on from a position', async () => {
    const text = 'a,b\n"1\n1",2\n3,4\nbad\n';
    const { blocks } = await readFile(text, { ...collecting, blockRows: 1 });
    const end = blocks[0]?.end;
    if (end === undefined) throw new Error('wanted a block, got none');

    const { unreadable } = await readFile(text, { ...collecting, from: end });

    expect(unreadable).toMatchObject([{ number: 3, line: 5 }]);
  });

  it('in a CRLF file is kept without its line end', async () => {
    const { unreadable } = await readFile('a,b\r\n1\r\n"x"y,\r\n', collecting);

    expect(unreadable.map((row) => row.raw)).toEqual(['1', '"x"y,']);
  });

  it('ends blocks at multiples of the block size as any row does', async () => {
    const text = 'a,b\n1,2\n"x"y,2\n3,4\n5,6\n"x"y,2\n"x"y,2\n7,8\n';
    for (const cut of [every(3), every(1_000)]) {
      const { blocks } = await readFile(text, { ...collecting, blockRows: 2, cut });

      expect(blocks.map((block) => block.end.row)).toEqual(expect.arrayContaining([2, 4, 6, 7]));
    }
  });

  it('may be the last one that is wanted', async () => {
    const text = 'a,b\n1,2\n"x"y,2\n3,4\n5,6\n';
    for (const cut of [every(3), every(1_000)]) {
      const { blocks, values } = await readFile(text, { ...collecting, lastRow: 2, cut });

      expect(values).toEqual([['1', '2']]);
      expect(blocks.at(-1)?.end).toMatchObject({ row: 2, line: 4 });
    }
  });

  it('at the very end with an open quote may be the last one that is wanted', async () => {
    const { values, unreadable } = await readFile('a,b\n1,2\n3,"open\n5,6\n', { ...collecting, lastRow: 2 });

    expect(values).toEqual([['1', '2']]);
    expect(unreadable).toMatchObject([{ number: 2, raw: '3,"open' }]);
  });

  it('with an open quote costs one row each time', async () => {
    const { values, unreadable } = await readFile(
      'a,b\n1,"x\n2,y\n3,"z\n4,u\n5,"v"\n6,"w\n7,t\n',
      collecting,
    );

    expect(values).toEqual([
      ['2', 'y'],
      ['4', 'u'],
      ['5', 'v'],
      ['7', 't'],
    ]);
    expect(unreadable.map((row) => row.raw)).toEqual(['1,"x', '3,"z', '6,"w']);
  });

  it('is cut where its text is endless', async () => {
    const { unreadable } = await readFile(`a,b\n${'x'.repeat(300_000)}\n1,2\n`, collecting);

    expect(unreadable[0]?.raw).toHaveLength(100_000);
  });
});

it('a quote too many is noticed long before the end of the file', async () => {
  const head = 'a,b\n1,2\n"5" pipe,2\n';
  const filling = Buffer.from('3,"4"\n'.repeat(50_000));
  let read = 0;
  async function* chunks() {
    yield Buffer.from(head);
    for (const chunk of every(8 * 1024)(filling)) {
      read += chunk.length;
      yield chunk;
    }
  }
  const source = { name: 'rows', path: '/rows', look: chunks, read: chunks };
  const layout = { format: 'csv', delimiter: ',', newline: '\n' } as const;
  const from = { offset: 0, row: 0, line: 1, crc: 0 };

  const reading = readRows(source, layout, { columns: ['a', 'b'], from, blockRows: 50, badRows: 'stop' });

  await expect(collect(reading)).rejects.toThrow(
    'rows, line 3 (row 3): wanted a delimiter or the end of the line after a closing quote',
  );
  expect(read).toBeLessThan(80 * 1024);
});

it('long values over many lines are not taken for wrong', async () => {
  const long = 'line "" of text\r\n'.repeat(20_000);
  const text = `\ufeff"a\n",b\n1,"${long}"\n"${long}",2\n`;

  const { values } = await readFile(text, { cut: every(10_000) });

  expect(values).toEqual([
    ['1', long.replaceAll('""', '"')],
    [long.replaceAll('""', '"'), '2'],
  ]);
});

describe('where unreadable rows stop the reading', () => {
  it.each([
    ['a wrong field count', 'a,b\n1,2\n3,4\nbad\n5,6\n'],
    ['a bad quote', 'a,b\n1,2\n3,4\n"x"y,bad\n5,6\n'],
    ['an open quote', 'a,b\n1,2\n3,4\nbad,"x\n5,6\n'],
  ])('every row before %s comes first', async (_what, text) => {
    for (const cut of [every(2), every(9), every(1_000)]) {
      const { error, rows, blocks } = await readToError(text, { cut });

      expect(rows).toEqual([1, 2]);
      expect(blocks.at(-1)?.end).toMatchObject({ row: 2, line: 4, offset: 12 });
      expect(error).toBeInstanceOf(UnreadableRowError);
      expect(error).toMatchObject({ row: { number: 3, line: 4 }, file: 'rows', kind: 'unreadable-row' });
    }
  });

  it('the message names file, line and row', async () => {
    const { error } = await readToError('a,b\n\n1,2\nbad\n');

    expect(error).toMatchObject({
      message: 'rows, line 4 (row 2): wanted 2 fields as in the header, got 1',
    });
  });

  it('a bad row behind the last one wanted stops nothing', async () => {
    const { values } = await readFile('a,b\n1,2\nbad\n', { lastRow: 1 });

    expect(values).toEqual([['1', '2']]);
  });
});
