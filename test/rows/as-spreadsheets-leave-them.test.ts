import { describe, expect, it } from 'vitest';
import { isBlankRow } from '../../src/rows/row.js';
import { every, readFile, valuesOf } from './memory-source.js';

describe('short rows that are filled', () => {
  it('have empty cells, in their text too', async () => {
    const { values, rows } = await readFile('a;b;c\n1\n1;"x;y"\n\n;;\n1;2;3\n', {
      delimiter: ';',
      shortRows: 'fill',
    });

    expect(values).toEqual([
      ['1', '', ''],
      ['1', 'x;y', ''],
      ['', '', ''],
      ['1', '2', '3'],
    ]);
    expect(rows.map((row) => row.text)).toEqual(['1;;', '1;"x;y";', ';;', '1;2;3']);
    expect(rows.map(isBlankRow)).toEqual([false, false, true, false]);
  });

  it('leave a long row unreadable', async () => {
    const { unreadable } = await readFile('a,b\n1,2,3\n', { shortRows: 'fill', badRows: 'collect' });

    expect(unreadable).toMatchObject([{ number: 1, problem: 'wanted 2 fields as in the header, got 3' }]);
  });
});

describe('lines above the header', () => {
  it.each([
    ['\n', '"Sales of "March\n\na,b\n1,2\n'],
    ['\r\n', 'Sales 12" x\r\n\r\na,b\r\n1,2\r\n'],
    ['\r', 'Sales\r\ra,b\r1,2\r'],
  ])('are skipped, and counted as lines: %j', async (newline, text) => {
    for (const cut of [every(1), every(9), every(1_000)]) {
      const { look, values } = await readFile(text, { skipLines: 2, cut });

      expect(look.columns).toEqual(['a', 'b']);
      expect(look.layout.newline).toBe(newline);
      expect(look.start).toMatchObject({ row: 0, line: 4 });
      expect(values).toEqual([['1', '2']]);
    }
  });

  it('are refused where there are not so many', async () => {
    await expect(readFile('a,b\n1,2\n', { skipLines: 3 })).rejects.toThrow('it has only 2 lines');
  });
});

describe('what separates the fields', () => {
  it.each([
    ['semicolons', ';', 'id;name\n1;a\n2;"b;c"\n'],
    ['semicolons beside decimal commas', ';', 'id;price\n1;1,5\n2;2,5\n'],
    ['semicolons beside a comma in the header', ';', 'id;Price, EUR\n1;5\n2;6\n'],
    ['tabs', '\t', 'id\tname\n1\ta\n2\tb, c\n'],
    ['bars', '|', 'id|name\n1|a\n'],
    ['the usual commas', ',', 'id,name\n1,a;b\n'],
    ['commas, whatever names hold', ',', 'id;no,name\n1,a\n2,b\n'],
  ])('is found where it is unmistakable: %s', async (_what, delimiter, text) => {
    for (const cut of [every(3), every(1_000)]) {
      const { look } = await readFile(text, { cut });

      expect(look.layout.delimiter).toBe(delimiter);
      expect(look.columns).toHaveLength(2);
      expect(look.unreadable).toEqual([]);
      expect(look.delimiterBy).toBe(delimiter === ',' ? undefined : 'rows');
    }
  });

  it.each([
    [
      'its rows are of other widths',
      'id;name\n1;a\n2\n',
      /may be separated by semicolons: add --delimiter ';', or --delimiter ','/,
    ],
    ['two would do', 'a;b|c\n1;2|3\n', /semicolons or bars/],
    ['the usual would do as well', 'a;b,c\n1;2,3\n4;5,6\n', /semicolons/],
  ])('is asked for where %s', async (_what, text, message) => {
    await expect(readFile(text)).rejects.toThrow(message);
    expect((await readFile(text, { delimiter: ',', badRows: 'collect' })).look.layout.delimiter).toBe(',');
  });

  it.each([
    'sep=;\r\nid;name\r\n1;a\r\n',
    '\ufeffsep=;\r\nid;name\r\n1;a\r\n',
    '"sep=;"\r\nid;name\r\n1;a\r\n',
  ])('is what a first line for Excel says: %j', async (text) => {
    const { look, rows } = await readFile(text);

    expect(look).toMatchObject({ columns: ['id', 'name'], header: 'id;name', delimiterBy: 'first line' });
    expect(look.start.line).toBe(3);
    expect(rows.map(valuesOf)).toEqual([['1', 'a']]);
  });
});
