import { describe, expect, it } from 'vitest';
import { cutAt, every, readFile, valuesOf } from './memory-source.js';

const BOM = '\ufeff';

describe('reads CSV', () => {
  it.each([
    ['line feeds', 'a,b\n1,2\n3,4\n'],
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['lone carriage returns, as an old Macintosh wrote', 'a,b\r1,2\r3,4\r'],
    ['CRLF after the header and line feeds after the rows', 'a,b\r\n1,2\n3,4\n'],
    ['line feeds with one CRLF among them', 'a,b\n1,2\r\n3,4\n'],
    ['a byte order mark', `${BOM}a,b\n1,2\n3,4\n`],
    ['a byte order mark and a quoted header', `${BOM}"a","b"\n1,2\n3,4\n`],
    ['no line end at the end', 'a,b\n1,2\n3,4'],
    ['no line end at the end of a CRLF file', 'a,b\r\n1,2\r\n3,4'],
    ['blank lines before, between and after rows', '\n\na,b\n\n1,2\n\n\n3,4\n\n'],
    ['line ends that Windows has translated twice', 'a,b\r\r\n1,2\r\r\n3,4\r\r\n'],
    ['blank lines that Windows has translated twice', '\r\r\na,b\r\r\n\r\r\n"1","2"\r\r\n3,4'],
    ['blank CRLF lines', '\r\na,b\r\n\r\n1,2\r\n\r\n3,4\r\n\r\n'],
    ['blank lines in a file of carriage returns', '\ra,b\r\r1,2\r\r3,4\r'],
  ])('with %s', async (_what, text) => {
    const { look, values } = await readFile(text);

    expect(look.columns).toEqual(['a', 'b']);
    expect(values).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it('keeping every value as the text it is', async () => {
    const { values } = await readFile('a,b,c\n00123,1.0, x \nnull,TRUE,\n,,\n');

    expect(values).toEqual([
      ['00123', '1.0', ' x '],
      ['null', 'TRUE', ''],
      ['', '', ''],
    ]);
  });

  it('with line ends, delimiters and quotes inside quotes', async () => {
    const { values } = await readFile('a,b\n"two\nlines","with ""quotes"""\n"CR\r\nLF",","\n');

    expect(values).toEqual([
      ['two\nlines', 'with "quotes"'],
      ['CR\r\nLF', ','],
    ]);
  });

  it('taking a carriage return for text where lines end otherwise', async () => {
    const { rows, values } = await readFile('a,b\n1\r2,x\n\r3,4\n5,"6\r"\r\n');

    expect(values).toEqual([
      ['1\r2', 'x'],
      ['\r3', '4'],
      ['5', '6\r'],
    ]);
    expect(rows.map((row) => row.text)).toEqual(['1\r2,x', '\r3,4', '5,"6\r"']);
  });

  it('taking a line feed for text where lines end with carriage returns', async () => {
    // The file's beginning has shown no line feed; this one stands far behind it.
    const filling = '1,2\r'.repeat(20_000);

    const { values, rows } = await readFile(`a,b\r${filling}\n3,4\n\r`, { cut: every(1024) });

    expect(values.at(-1)).toEqual(['\n3', '4\n']);
    expect(rows.at(-1)?.text).toBe('\n3,4\n');
  });

  it.each([
    ['in the middle', '12" ruler'],
    ['at the end', 'a pipe of 5"'],
    ['around a word', 'the "best" one'],
    ['after a space', ' "x"'],
    ['alone in a long field', `${'x'.repeat(200)}"`],
  ])('taking a quote %s of an unquoted field for text', async (_what, cell) => {
    const text = `a,b\n1,${cell}\n${cell},2\n3,"two\nlines"\n`;
    for (const cut of [every(1), every(7), every(10_000)]) {
      const { values, rows } = await readFile(text, { cut });

      expect(values).toEqual([
        ['1', cell],
        [cell, '2'],
        ['3', 'two\nlines'],
      ]);
      expect(rows[0]?.text).toBe(`1,${cell}`);
    }
  });

  it('with another delimiter', async () => {
    const { values } = await readFile('a;b\n1,5;2\n', { delimiter: ';' });

    expect(values).toEqual([['1,5', '2']]);
  });

  it('with tabs for a TSV file', async () => {
    const { values } = await readFile('a\tb\n1,5\t"x\ty"\n', { format: 'tsv' });

    expect(values).toEqual([['1,5', 'x\ty']]);
  });

  it('of a single column, an empty value in quotes included', async () => {
    const { values } = await readFile('a\n1\n""\n\n2\n');

    expect(values).toEqual([['1'], [''], ['2']]);
  });

  it('without any row', async () => {
    expect((await readFile('a,b\n')).values).toEqual([]);
    expect((await readFile('a,b')).values).toEqual([]);
  });

  it('keeping the text of each record for the output, without its line end', async () => {
    const { rows } = await readFile('a,b\r\n"1",2\r\n\r\n"x\r\ny","""z"""\r\n5,6');

    expect(rows.map((row) => row.text)).toEqual(['"1",2', '"x\r\ny","""z"""', '5,6']);
  });

  it('numbering rows from 1', async () => {
    const { rows } = await readFile('a\nx\n\ny\nz\n');

    expect(rows.map((row) => row.number)).toEqual([1, 2, 3]);
  });
});

describe('a record that is split over chunks', () => {
  const text = `${BOM}näme,"no\r\nte"\r\n"Ünï ""q"" 🦊",\r\n\r\n日本語,"a\r\nb,"\r\nlast,"""x"""`;
  const bytes = Buffer.from(text);

  it('reads the same wherever the file is cut in two', async () => {
    const whole = await readFile(bytes);

    for (let offset = 1; offset < bytes.length; offset++) {
      const { values, rows, look } = await readFile(bytes, { cut: cutAt(offset) });
      expect({ offset, values, texts: rows.map((row) => row.text), start: look.start }).toEqual({
        offset,
        values: whole.values,
        texts: whole.rows.map((row) => row.text),
        start: whole.look.start,
      });
    }
    expect(whole.values).toEqual([
      ['Ünï "q" 🦊', ''],
      ['日本語', 'a\r\nb,'],
      ['last', '"x"'],
    ]);
  });

  it('reads the same from chunks of any size', async () => {
    const whole = await readFile(bytes);

    for (let length = 1; length <= 12; length++) {
      const { values, blocks, look } = await readFile(bytes, { cut: every(length) });
      expect(look).toMatchObject({ columns: whole.look.columns, header: whole.look.header });
      expect(values).toEqual(whole.values);
      expect(blocks.at(-1)?.end).toEqual(whole.blocks.at(-1)?.end);
    }
  });
});

describe('blocks', () => {
  const text = `a,b\n${Array.from({ length: 23 }, (_, n) => `${n + 1},"x\ny"\n`).join('')}`;

  it('end at every multiple of the block size, and at the end', async () => {
    for (const cut of [every(7), every(64), every(10_000)]) {
      const { blocks } = await readFile(text, { blockRows: 5, cut });
      const ends = blocks.map((block) => block.end.row);
      expect(ends).toEqual(expect.arrayContaining([5, 10, 15, 20, 23]));
      for (const block of blocks) {
        const before = block.end.row - block.rows.length;
        expect(Math.floor(before / 5)).toBe(Math.floor((block.end.row - 1) / 5));
      }
    }
  });

  it('say what they take in the file', async () => {
    const { blocks, look } = await readFile(text, { blockRows: 4, cut: every(50) });

    const bytes = blocks.reduce((sum, block) => sum + block.bytes, look.start.offset);
    expect(bytes).toBe(Buffer.byteLength(text));
    expect(blocks.at(-1)?.end).toMatchObject({ offset: bytes, row: 23, line: 48 });
  });

  it('end after the last row that was asked for', async () => {
    const { rows, blocks } = await readFile(text, { blockRows: 5, lastRow: 7 });

    expect(rows.map((row) => row.number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(blocks.at(-1)?.end).toMatchObject({ row: 7, line: 16 });
  });

  it('are none where the last row asked for is behind already', async () => {
    const { blocks } = await readFile(text, { blockRows: 5, lastRow: 10 });
    const end = blocks.at(-1)?.end;
    if (end === undefined) throw new Error('wanted blocks, got none');

    const again = await readFile(text, { blockRows: 5, lastRow: 10, from: end });
    const further = await readFile(text, { blockRows: 5, lastRow: 11, from: end });

    expect(again.blocks).toEqual([]);
    expect(further.rows.map(valuesOf)).toEqual([['11', 'x\ny']]);
  });
});
