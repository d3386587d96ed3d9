import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/rows/input-error.js';
import { cutAt, every, type Reading, readFile } from './memory-source.js';

const jsonl = (content: string | Buffer, reading: Reading = {}) =>
  readFile(content, { ...reading, format: 'jsonl' });
const collecting = { badRows: 'collect' } as const;

describe('reads JSONL', () => {
  it.each([
    ['line feeds', '{"a":1}\n{"a":2}\n'],
    ['CRLF', '{"a":1}\r\n{"a":2}\r\n'],
    ['a byte order mark', '\ufeff{"a":1}\n{"a":2}\n'],
    ['blank lines', '\n{"a":1}\n\n  \t\n{"a":2}\n\n'],
    ['spaces around the objects', ' {"a":1} \n\t{"a":2}\t\n'],
    ['no line end at the end', '{"a":1}\n{"a":2}'],
  ])('with %s', async (_what, text) => {
    for (const cut of [every(1), every(4), every(1_000)]) {
      const { values, rows } = await jsonl(text, { cut });

      expect(values).toEqual([{ a: 1 }, { a: 2 }]);
      expect(rows.map((row) => row.text)).toEqual(['{"a":1}', '{"a":2}']);
    }
  });

  it('with nested values and rows that differ', async () => {
    const { values, look } = await jsonl('{"a":{"b":[1,null,true]}}\n{}\n{"c":"x"}\n');

    expect(values).toEqual([{ a: { b: [1, null, true] } }, {}, { c: 'x' }]);
    expect(look.columns).toEqual(['a', 'c']);
  });

  it('keeping the text of each line, so that no digit is lost', async () => {
    const lines = [
      '{"n":12345678901234567890}',
      '{"n":1.0,"m":1e3}',
      '{"s":"\\u00e9\\/"}',
      '{ "a" : [ 1 ] }',
    ];

    const { rows } = await jsonl(lines.join('\n'));

    expect(rows.map((row) => row.text)).toEqual(lines);
  });

  it('that is cut in two anywhere', async () => {
    const text = Buffer.from('\ufeff{"ä":"日本🦊"}\r\n\r\n{"b":"\\n"}\r\n{"c":[]}');
    const whole = await jsonl(text);

    for (let offset = 1; offset < text.length; offset++) {
      const cut = await jsonl(text, { cut: cutAt(offset) });
      expect(cut.values).toEqual(whole.values);
      expect(cut.blocks.at(-1)?.end).toEqual(whole.blocks.at(-1)?.end);
    }
    expect(whole.values).toEqual([{ ä: '日本🦊' }, { b: '\n' }, { c: [] }]);
  });

  it('telling the line end in spite of escaped quotes', async () => {
    const crlf = await jsonl('{"a":"5\\" pipe"}\r\n');
    const space = await jsonl('{"a":\r1}');

    expect(crlf.look.layout.newline).toBe('\r\n');
    expect(space.look.layout.newline).toBe('\n');
    expect(space.values).toEqual([{ a: 1 }]);
  });
});

describe('a line that is no row', () => {
  it.each([
    ['text that is not JSON', 'nonsense', /wanted a JSON object, got text that is not JSON/],
    ['an object that does not end', '{"a":1', /wanted a JSON object, got text that is not JSON/],
    ['two objects', '{"a":1}{"a":2}', /wanted a JSON object, got text that is not JSON/],
    ['an array', '[1]', /wanted a JSON object, got an array/],
    ['null', 'null', /wanted a JSON object, got null/],
    ['a number', '17', /wanted a JSON object, got a number/],
    ['a text', '"x"', /wanted a JSON object, got a string/],
  ])('because it is %s is put aside alone', async (_what, line, problem) => {
    const { values, unreadable } = await jsonl(`{"a":1}\n\n  \n${line}\n{"a":2}\n`, collecting);

    expect(values).toEqual([{ a: 1 }, { a: 2 }]);
    expect(unreadable).toMatchObject([
      { number: 2, line: 4, raw: line, problem: expect.stringMatching(problem) },
    ]);
  });

  it('because it is not UTF-8 is put aside alone', async () => {
    const text = Buffer.concat([
      Buffer.from('{"a":1}\n{"a":"'),
      Buffer.from([0xff]),
      Buffer.from('"}\n{"a":2}\n'),
    ]);

    const { values, unreadable } = await jsonl(text, collecting);

    expect(values).toEqual([{ a: 1 }, { a: 2 }]);
    expect(unreadable).toMatchObject([{ number: 2, problem: expect.stringContaining('wanted UTF-8') }]);
  });

  it('because it has the output column already is put aside', async () => {
    const text = '{"a":1}\n{"a":1,"ai_output":"x"}\n{"toString":1}\n';

    const { unreadable, values } = await jsonl(text, { ...collecting, outputColumn: 'ai_output' });
    const inherited = await jsonl(text, { ...collecting, outputColumn: 'constructor' });

    expect(values).toHaveLength(2);
    expect(unreadable).toMatchObject([
      { number: 2, problem: expect.stringContaining('wanted no column "ai_output"') },
    ]);
    expect(inherited.unreadable).toEqual([]);
  });

  it('because it has a column already over which answers are spread is put aside', async () => {
    const text = '{"a":1}\n{"a":1,"ai_tags":null}\n';

    const { unreadable } = await jsonl(text, { ...collecting, spreadColumns: ['ai_title', 'ai_tags'] });

    expect(unreadable).toMatchObject([
      { number: 2, problem: expect.stringContaining('wanted no column "ai_tags"') },
    ]);
  });

  it('is not put aside because it has a column that the output has not: the reading ends', async () => {
    const reading = jsonl('{"a":1}\n{"a":1,"b":2}\n', { ...collecting, onlyColumns: new Set(['a']) });

    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(/row 2 brings a column "b".*going on gives the output that column/);
  });

  it('stops the reading after the rows before it', async () => {
    await expect(jsonl('{"a":1}\n{"a"\n')).rejects.toMatchObject({
      kind: 'unreadable-row',
      message: expect.stringMatching(/^rows, line 2 \(row 2\): wanted a JSON object/),
    });
  });
});
