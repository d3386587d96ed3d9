import { describe, expect, it } from 'vitest';
import type { Position } from '../../src/rows/row.js';
import { isPartUnchanged } from '../../src/rows/verify-position.js';
import { every, memorySource, readFile } from './memory-source.js';

const TEXT = 'a,b\n1,2\n"x\ny",ü\n3,4\n';

/** The position after this many rows. */
async function positionAfter(rows: number, text = TEXT): Promise<Position> {
  const { blocks, look } = await readFile(text, { blockRows: 1, lastRow: rows });
  return blocks.at(-1)?.end ?? look.start;
}

const isUnchanged = (content: string | Buffer, position: Position, chunk = 3) =>
  isPartUnchanged(memorySource(content, every(chunk)), position);

describe('the finished part of an input', () => {
  it('is the same in the same file, after any row and in chunks of any size', async () => {
    for (const rows of [0, 1, 2, 3]) {
      const position = await positionAfter(rows);
      for (let chunk = 1; chunk <= TEXT.length; chunk++)
        expect(await isUnchanged(TEXT, position, chunk)).toBe(true);
    }
  });

  it('is the same in a file that has grown', async () => {
    expect(await isUnchanged(`${TEXT}5,6\n`, await positionAfter(3))).toBe(true);
  });

  it('is the same where only the rest has changed', async () => {
    expect(await isUnchanged(TEXT.replace('3,4', '3,5'), await positionAfter(2))).toBe(true);
  });

  it('is another one after any change of a byte in it', async () => {
    const position = await positionAfter(2);
    for (let at = 0; at < position.offset; at++) {
      const changed = Buffer.from(TEXT);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await isUnchanged(changed, position)).toBe(false);
    }
  });

  it('is another one where the file has become shorter', async () => {
    const position = await positionAfter(3);

    expect(await isUnchanged(TEXT.slice(0, -4), position)).toBe(false);
    expect(await isUnchanged('', position)).toBe(false);
  });

  it('may end without a line end, and new lines may follow it', async () => {
    const text = 'a,b\n1,2';
    const position = await positionAfter(1, text);

    expect(await isUnchanged(text, position)).toBe(true);
    expect(await isUnchanged(`${text}\n3,4`, position)).toBe(true);
    expect(await isUnchanged(`${text}\r\n3,4`, position)).toBe(true);
    const grown = await readFile(`${text}\n3,4`, { from: position });
    expect(grown.values).toEqual([['3', '4']]);
  });

  it('is another one where a last line without a line end was written on', async () => {
    const text = 'a,b\n1,2';
    const position = await positionAfter(1, text);
    for (let chunk = 1; chunk <= text.length + 1; chunk++) {
      expect(await isUnchanged(`${text}2\n3,4`, position, chunk)).toBe(false);
    }
  });
});
