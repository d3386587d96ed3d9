import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { decodedSource, isKnownEncoding } from '../../src/rows/decoded-source.js';
import { encodingByMark } from '../../src/rows/encoding.js';
import { lookAt } from '../../src/rows/look.js';
import { readRows } from '../../src/rows/read-rows.js';
import { isPartUnchanged } from '../../src/rows/verify-position.js';
import { collect, every, memorySource, valuesOf } from './memory-source.js';

const TEXT = 'id,name\r\n1,Bülow\r\n2,"€ 5, “best” 🐀"\r\n3,日本\r\n';

async function textOf(bytes: Buffer, encoding: string, chunk: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const part of decodedSource(memorySource(bytes, every(chunk)), encoding).read(0))
    chunks.push(part);
  return Buffer.concat(chunks).toString('latin1');
}

describe('text in another encoding', () => {
  it.each(['utf-16le', 'utf-16be', 'utf-32le', 'gb18030'])(
    'is UTF-8 out of %s, wherever chunks end',
    async (encoding) => {
      const bytes = iconv.encode(TEXT, encoding);
      for (let chunk = 1; chunk < 9; chunk++)
        expect(await textOf(bytes, encoding, chunk)).toBe(Buffer.from(TEXT).toString('latin1'));
    },
  );

  it('of Windows has its quotes and its euro sign, which Latin-1 has not', async () => {
    const text = await textOf(Buffer.from([0x80, 0x20, 0x93, 0x78, 0x94]), 'windows-1252', 2);

    expect(Buffer.from(text, 'latin1').toString()).toBe('€ “x”');
  });

  it.each([
    ['utf-16le', [0xff, 0xfe, 0x41, 0]],
    ['utf-16be', [0xfe, 0xff, 0, 0x41]],
    ['utf-32le', [0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]],
    ['utf-32be', [0, 0, 0xfe, 0xff, 0, 0, 0, 0x41]],
  ])('is told by its byte order mark: %s', async (encoding, bytes) => {
    expect(await encodingByMark(memorySource(Buffer.from(bytes), every(1)))).toBe(encoding);
    expect(Buffer.from(await textOf(Buffer.from(bytes), encoding, 3), 'latin1').toString()).toBe('\ufeffA');
  });

  it.each(['', 'A', 'id,name\n', '\ufeffid\n'])('is not told where there is none: %j', async (text) => {
    expect(await encodingByMark(memorySource(text))).toBeUndefined();
  });

  it.each([
    ['utf-16le', 1],
    ['utf-16be', 1],
    ['utf-32le', 3],
  ])('that was cut within a character has an unreadable row at its end: %s', async (encoding, cut) => {
    const bytes = iconv.encode('id,name\n1,a\n2,bb', encoding);
    const source = decodedSource(memorySource(bytes.subarray(0, bytes.length - cut), every(5)), encoding);

    const look = await lookAt(source, { format: 'csv' });

    expect(look.rows.map(valuesOf)).toEqual([['1', 'a']]);
  });

  it('has unreadable rows where bytes are no text in it', async () => {
    const bytes = Buffer.concat([
      Buffer.from('id,name\n1,a\n2,'),
      Buffer.from([0x81]),
      Buffer.from('\n3,c\n'),
    ]);
    const source = decodedSource(memorySource(bytes, every(4)), 'windows-1252');

    const look = await lookAt(source, { format: 'csv' });

    expect(look.rows.map(valuesOf)).toEqual([
      ['1', 'a'],
      ['3', 'c'],
    ]);
    expect(look.unreadable).toMatchObject([
      {
        number: 2,
        line: 3,
        problem: expect.stringContaining('wanted windows-1252 text, got bytes that are not'),
      },
    ]);
  });

  it('has unreadable rows where UTF-16 has half of a character, and keeps a replacement character', async () => {
    const bytes = Buffer.from('id\n1\ufffd\n2\ud800\n3\n', 'utf16le');
    const source = decodedSource(memorySource(bytes, every(3)), 'utf-16le');

    const look = await lookAt(source, { format: 'csv' });

    expect(look.rows.map(valuesOf)).toEqual([['1\ufffd'], ['3']]);
    expect(look.unreadable).toMatchObject([{ number: 2 }]);
  });

  it('is read on from every position, and known again', async () => {
    const source = decodedSource(
      memorySource(iconv.encode(`\ufeff${TEXT}`, 'utf-16be'), every(5)),
      'utf-16be',
    );
    const look = await lookAt(source, { format: 'csv' });
    const reading = { columns: look.columns, blockRows: 1, badRows: 'stop' } as const;
    const blocks = await collect(readRows(source, look.layout, { ...reading, from: look.start }));

    expect(look.mark).toBe('\ufeff');
    for (const { end } of blocks) {
      const rest = await collect(readRows(source, look.layout, { ...reading, from: end }));
      expect(rest.flatMap((block) => block.rows)).toEqual(
        blocks.slice(end.row).flatMap((block) => block.rows),
      );
      expect(await isPartUnchanged(source, end)).toBe(true);
    }
  });
});

it.each([
  ['windows-1252', true],
  ['Latin1', true],
  ['UTF-16', true],
  ['shift_jis', true],
  ['base64', false],
  ['hex', false],
  ['klingon', false],
])('%s is an encoding: %s', (name, isOne) => {
  expect(isKnownEncoding(name)).toBe(isOne);
});
