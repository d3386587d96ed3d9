import { chmod, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkWatchPlaces } from '../../../src/run/places/watch-places.js';
import { SetUpError } from '../../../src/run/settings/set-up-error.js';
import type { RunSettings } from '../../../src/run/settings/settings.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { planIn } from '../planning.js';

async function folderWithRows(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'rows.csv'), 'id\n1\n');
  return folder;
}

describe('a place that is taken', () => {
  it.each<[string, Partial<RunSettings>, RegExp]>([
    ['the input', { output: 'rows.csv' }, /the output and the input are the same file/],
    ['the input, by another way', { output: 'x/../rows.csv' }, /the output and the input are the same file/],
    ['the input by a symbolic link', { output: 'link.csv' }, /the output and the input are the same file/],
    ['the input, by the dead letters', { deadLetters: 'rows.csv' }, /the dead letters and the input/],
    [
      'the output, by the dead letters',
      { output: 'o.csv', deadLetters: 'o.csv' },
      /the dead letters and the output/,
    ],
    [
      'the output, by the checkpoint',
      { output: 'o.csv', checkpoint: 'o.csv' },
      /the checkpoint and the output/,
    ],
    ['a folder', { output: 'folder.csv' }, /folder\.csv is a folder; give a file name/],
    ['no folder at all', { output: 'none/o.csv' }, /o\.csv cannot be written: there is no folder .*none/],
    ['no folder, of the dead letters', { deadLetters: 'none/d.jsonl' }, /d\.jsonl cannot be written/],
    [
      'a file, by the checkpoint',
      { checkpoint: 'other.csv' },
      /is to be the checkpoint's folder, but is a file/,
    ],
  ])('is refused: %s', async (_what, settings, says) => {
    const folder = await folderWithRows();
    await symlink(join(folder, 'rows.csv'), join(folder, 'link.csv'));
    await mkdir(join(folder, 'x'));
    await mkdir(join(folder, 'folder.csv'));
    await writeFile(join(folder, 'other.csv'), '');

    const planning = planIn(folder, settings);

    await expect(planning).rejects.toThrow(SetUpError);
    await expect(planning).rejects.toThrow(says);
  });

  it('is refused where it is a device', async () => {
    const folder = await folderWithRows();
    await symlink('/dev/null', join(folder, 'null.csv'));

    await expect(planIn(folder, { output: 'null.csv' })).rejects.toThrow(
      /not a plain file; use - for standard output/,
    );
  });

  it.skipIf(process.getuid?.() === 0)('is refused where the folder may not be written to', async () => {
    const folder = await folderWithRows();
    await mkdir(join(folder, 'locked'));
    await chmod(join(folder, 'locked'), 0o500);

    await expect(planIn(folder, { output: 'locked/o.csv' })).rejects.toThrow(/is not writable/);
  });

  it('is refused where two of them will be the same once they exist', async () => {
    const folder = await folderWithRows();
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'link'));

    await expect(planIn(folder, { output: 'real/o.csv', deadLetters: 'link/o.csv' })).rejects.toThrow(
      /the dead letters and the output are the same file/,
    );
  });
});

describe('files of one command', () => {
  const FABRIC = 'name: f\nprovider: openai\nmodel: m\nprompt: "{% render \'rules.liquid\' %} {{ id }}"\n';

  async function folderWithFabric(): Promise<string> {
    const folder = await folderWithRows();
    await writeFile(join(folder, 'f.yaml'), FABRIC);
    await writeFile(join(folder, 'rules.liquid'), 'Be brief.');
    await link(join(folder, 'rows.csv'), join(folder, 'hard.csv'));
    await link(join(folder, 'rules.liquid'), join(folder, 'rules.jsonl'));
    await writeFile(join(folder, 'store'), '');
    return folder;
  }

  it.each<[string, Partial<RunSettings>, RegExp]>([
    ['the input by a hard link', { output: 'hard.csv' }, /the output and the input are the same file/],
    [
      'the dead letters among the checkpoint',
      { output: 'o.csv', deadLetters: 'o.csv.checkpoint/d.jsonl' },
      /the dead letters would lie among the files of the checkpoint/,
    ],
    [
      'what the fabric includes, by the dead letters',
      { output: 'o.csv', deadLetters: 'rules.jsonl' },
      /a file that the fabric includes and the dead letters are the same file/,
    ],
    [
      'the checkpoint, by the cache',
      { output: 'o.csv', cache: 'o.csv.checkpoint' },
      /the cache and the checkpoint are the same file/,
    ],
    [
      'a place among the checkpoint, by the cache',
      { output: 'o.csv', cache: 'o.csv.checkpoint/retry' },
      /the cache would lie among the files of the checkpoint/,
    ],
    [
      'a file, by the cache',
      { output: 'o.csv', cache: 'store' },
      /store is to be the cache's folder, but is a file; choose another with --cache/,
    ],
    [
      'a place among the cache, by the output',
      { output: 'tmp/o.csv', cache: '.' },
      /the output would lie among the files of the cache/,
    ],
    [
      'the input, by the dead letters of a run to standard output',
      { output: '-', deadLetters: 'rows.csv' },
      /the dead letters and the input are the same file/,
    ],
  ])('are refused where one takes %s', async (_what, settings, says) => {
    const folder = await folderWithFabric();
    await mkdir(join(folder, 'tmp'));
    const { cache } = settings;

    const planning = planIn(folder, {
      fabric: join(folder, 'f.yaml'),
      environment: { OPENAI_API_KEY: 'k' },
      ...settings,
      ...(cache === undefined ? {} : { cache: join(folder, cache) }),
    });

    await expect(planning).rejects.toThrow(SetUpError);
    await expect(planning).rejects.toThrow(says);
  });

  it('are all known to whoever watches the run', async () => {
    const folder = await folderWithFabric();
    const fabric = join(folder, 'f.yaml');
    const settings = { fabric, output: 'o.csv', environment: { OPENAI_API_KEY: 'k' } };
    const { places } = await planIn(folder, settings);

    const watchedBy = (log: string, metricsFile?: string) =>
      checkWatchPlaces(
        { log: join(folder, log), metricsFile: metricsFile && join(folder, metricsFile) },
        places,
      );

    await watchedBy('run.log', 'run.prom');
    for (const name of [
      'rows.csv',
      'hard.csv',
      'o.csv',
      'f.yaml',
      'rules.jsonl',
      'o.csv.dead-letters.jsonl',
    ]) {
      await expect(watchedBy(name), name).rejects.toThrow(/^--log and .* are the same file/);
      await expect(watchedBy('run.log', name), name).rejects.toThrow(
        /^--metrics-file and .* are the same file/,
      );
    }
    await expect(watchedBy('o.csv.checkpoint/checkpoint.json')).rejects.toThrow(
      /^--log would lie among the files of the checkpoint/,
    );
    await expect(watchedBy('x.prom', 'x.prom')).rejects.toThrow(
      /^--metrics-file and --log are the same file/,
    );
  });

  it('are replaced by metrics only where they are metrics', async () => {
    const folder = await folderWithFabric();
    const path = join(folder, 'm.prom');
    const check = () => checkWatchPlaces({ metricsFile: path }, []);

    await check();
    await writeFile(path, '');
    await check();
    await writeFile(path, '# HELP batchai_rows_started_total Rows whose calls began.\n');
    await check();
    await writeFile(path, '# HELP node_load1 1m load average.\nnode_load1 0.2\n');
    await expect(check()).rejects.toThrow(/m\.prom exists already and holds no metrics of batchai/);
    await expect(checkWatchPlaces({ metricsFile: folder }, [])).rejects.toThrow(/is not a plain file/);
  });
});

describe("a checkpoint's folder with other files in it", () => {
  it.each(['refuse', 'resume', 'overwrite'] as const)(
    'is refused, since a run empties it: %s',
    async (existing) => {
      const folder = await folderWithRows();
      await mkdir(join(folder, 'notes'));
      await writeFile(join(folder, 'notes/journal-2026.md'), 'dear diary');

      const planning = planIn(folder, { checkpoint: 'notes', existing });

      await expect(planning).rejects.toThrow(SetUpError);
      await expect(planning).rejects.toThrow(
        /holds other files \(journal-2026\.md\); choose another with --checkpoint/,
      );
    },
  );

  it('is refused also where it is the folder of the input', async () => {
    const folder = await folderWithRows();

    await expect(
      planIn(join(folder, '..'), {
        input: `${basename(folder)}/rows.csv`,
        output: `${basename(folder)}/o.csv`,
        checkpoint: basename(folder),
        existing: 'overwrite',
      }),
    ).rejects.toThrow(/the (in|out)put would lie among the files of the checkpoint/);
  });

  it('is taken where a run was killed before its first checkpoint', async () => {
    const folder = await folderWithRows();
    await mkdir(join(folder, 'kept'));
    for (const name of ['lock.4711', 'checkpoint.json.new', 'output.partial', 'journal-000001.jsonl'])
      await writeFile(join(folder, 'kept', name), '');

    expect((await planIn(folder, { checkpoint: 'kept' })).beginning).toEqual({ kind: 'new' });
  });
});
