import { appendFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputChangedError } from '../../../src/rows/input-error.js';
import { readRows } from '../../../src/rows/read-rows.js';
import { unchangedBlocks } from '../../../src/run/from-file/unchanged-input.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { planIn } from '../planning.js';

const ROWS = 40_000;

const rows = (count: number, word = 'mug', from = 1) =>
  Array.from({ length: count }, (_, index) => `${from + index},${word}\n`).join('');

/** Reads all rows, and has something done to the file after the first block. */
async function readWhile(change: (path: string) => Promise<void>): Promise<number> {
  const folder = await temporaryFolder();
  const path = join(folder, 'rows.csv');
  await writeFile(path, `id,name\n${rows(ROWS)}`);
  const { input, columns, from } = await planIn(folder, { output: 'out.csv' });
  if (input.stat === undefined) throw new Error('it is a file');
  const options = { columns, from, blockRows: 50, badRows: 'collect' } as const;
  const blocks = readRows(input.source, input.look.layout, options);
  let read = 0;
  for await (const block of unchangedBlocks(blocks, input.source, from, input.stat)) {
    if (read === 0) await change(path);
    read = block.end.row;
  }
  return read;
}

describe('an input that is changed while it is read', () => {
  it.each<[string, string]>([
    ['of the same size', `id,name\n${rows(ROWS, 'cup')}`],
    ['a shorter one', `id,name\n${rows(10, 'cup')}`],
    ['a longer one', `id,name\n${rows(2 * ROWS, 'cup')}`],
    ['nothing', ''],
  ])('is told where other rows stand in the place of those that were read: %s', async (_what, content) => {
    const error = await readWhile((path) => writeFile(path, content)).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(InputChangedError);
    expect((error as InputChangedError).message).toMatch(
      /rows\.csv was overwritten while it was read: its first \d+ rows are not all what they were/,
    );
  });

  it.each<[string, (path: string, content: string) => Promise<void>]>([
    ['in place', writeFile],
    [
      'by renaming',
      async (path, content) => {
        await writeFile(`${path}.new`, content);
        await rename(`${path}.new`, path);
      },
    ],
  ])('is told by other means than its size and time, which are as before: %s', async (_how, replace) => {
    const error = await readWhile(async (path) => {
      const { atime, mtime } = await stat(path);
      await utimes(path, atime, mtime);
      const before = await stat(path);
      await replace(path, `id,name\n${rows(ROWS, 'cup')}`);
      await utimes(path, atime, mtime);
      const { size, mtimeMs } = await stat(path);
      expect({ size, mtimeMs }).toEqual({ size: before.size, mtimeMs: before.mtimeMs });
    }).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(InputChangedError);
  });

  it('is welcome where rows were appended, and read on', async () => {
    expect(await readWhile((path) => appendFile(path, rows(500, 'jug', ROWS + 1)))).toBe(ROWS + 500);
  });
});
