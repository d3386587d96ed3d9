import { readFileSync, writeFileSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLazyFile } from '../../src/checkpoint/append-file.js';
import { publish, removeForGood } from '../../src/checkpoint/publish.js';
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
  await writeFile(`${path}.batchai-partial`, 'of a copy that was broken off, longer than the file');

  await publish(elsewhere, path);

  expect(await readFile(path, 'utf8')).toBe('rows');
  expect(await readdir(folder)).toEqual(['out.csv']);
  await expect(stat(elsewhere)).rejects.toThrow('ENOENT');
});

describe('a symbolic link in the place of an output', () => {
  /** `here/out.csv` leads to `there/rows.csv`. */
  async function linked() {
    const folder = await temporaryFolder();
    const [link, file] = [join(folder, 'here/out.csv'), join(folder, 'there/rows.csv')];
    for (const name of ['here', 'there']) await mkdir(join(folder, name));
    await symlink('../there/rows.csv', link);
    await writeFile(join(folder, 'partial'), 'new');
    const listed = async () => (await readdir(folder, { recursive: true })).sort();
    return { partial: join(folder, 'partial'), link, file, listed };
  }

  it.each(['old', undefined])('stays one, and the file behind it is replaced (%s)', async (before) => {
    const { partial, link, file, listed } = await linked();
    if (before !== undefined) await writeFile(file, before);

    await publish(partial, link);

    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await listed()).toEqual(['here', 'here/out.csv', 'there', 'there/rows.csv']);
  });

  it('stays one where what is behind it is removed, and made again', async () => {
    const { link, file } = await linked();
    await writeFile(file, 'old');

    await removeForGood(link);

    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    await expect(stat(file)).rejects.toThrow('ENOENT');
    const letters = await openLazyFile(link, 0);
    await letters.append('new');
    await letters.write();
    await letters.close();
    expect(await readFile(file, 'utf8')).toBe('new');
  });
});
