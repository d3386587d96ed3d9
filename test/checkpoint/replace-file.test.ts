import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publish } from '../../src/checkpoint/publish.js';
import { replaceFile } from '../../src/checkpoint/replace-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

it('replaces a file, and leaves nothing beside it', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'checkpoint.json');
  await replaceFile(path, 'old');

  await replaceFile(path, 'new');

  expect(await readFile(path, 'utf8')).toBe('new');
  expect(await readdir(folder)).toEqual(['checkpoint.json']);
  expect((await stat(path)).mode & 0o077).toBe(0);
});

it('never shows a torn file, whenever one looks', async () => {
  const path = join(await temporaryFolder(), 'checkpoint.json');
  const contents = ['a', 'b'].map((letter) => letter.repeat(100_000));
  writeFileSync(path, contents[0] ?? '');
  let isDone = false;
  const seen = new Set<string>();
  const look = () => {
    seen.add(readFileSync(path, 'utf8'));
    if (!isDone) setImmediate(look);
  };

  look();
  for (let nth = 0; nth < 20; nth++) await replaceFile(path, contents[nth % 2] ?? '');
  isDone = true;

  for (const content of seen) expect(contents).toContain(content);
});

it('is not harmed by what a crash left beside it', async () => {
  const path = join(await temporaryFolder(), 'checkpoint.json');
  await writeFile(path, 'old');
  await writeFile(`${path}.new`, 'a torn one, longer than what comes');

  expect(await readFile(path, 'utf8')).toBe('old');
  await replaceFile(path, 'new');

  expect(await readFile(path, 'utf8')).toBe('new');
});

it('publishes a file under its name, over what was there, and once more after a crash in between', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'out.csv');
  await writeFile(path, 'old');

  for (const content of ['new', 'newer']) {
    await writeFile(join(folder, 'partial'), content);
    await publish(join(folder, 'partial'), path);

    expect(await readFile(path, 'utf8')).toBe(content);
    expect(await readdir(folder)).toEqual(['out.csv']);
  }
});

it.skipIf(process.platform !== 'linux')('publishes from another disk too', async (context) => {
  const folder = await temporaryFolder();
  const path = join(folder, 'out.csv');
  const elsewhere = `/dev/shm/batchai-${process.pid}`;
  const isThere = await writeFile(elsewhere, 'rows').then(
    () => true,
    () => false,
  );
  if (!isThere || (await stat(elsewhere)).dev === (await stat(folder)).dev)
    return context.skip('one disk only');
  await writeFile(`${path}.partial`, 'of a copy that was broken off, longer than the file');

  await publish(elsewhere, path);

  expect(await readFile(path, 'utf8')).toBe('rows');
  expect(await readdir(folder)).toEqual(['out.csv']);
  await expect(stat(elsewhere)).rejects.toThrow('ENOENT');
});
