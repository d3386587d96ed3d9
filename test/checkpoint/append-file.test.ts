import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAppendFile, openLazyFile, type RowSink } from '../../src/checkpoint/append-file.js';
import { CheckpointError } from '../../src/checkpoint/checkpoint-file.js';
import { beginsAsVouched } from '../../src/checkpoint/file-sum.js';
import { runs } from '../support/runs.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { runWhereFilesAreSmall } from './where-files-are-small.js';

/** More than an append file holds back. */
const MUCH = 200_000;

async function opened(sink: Promise<RowSink>): Promise<RowSink> {
  const file = await sink;
  onTestFinished(() => file.close());
  return file;
}

async function fileWith(content: string): Promise<string> {
  const path = join(await temporaryFolder(), 'out.csv');
  await writeFile(path, content);
  return path;
}

describe('an append file', () => {
  it('goes on at the size it is given, and cuts off what lies behind it', async () => {
    const path = await fileWith('kept|of a process that died');

    const file = await opened(openAppendFile(path, 5, false));
    expect(await readFile(path, 'utf8')).toBe('kept|');
    file.append('new');

    expect((await file.write()).bytes).toBe(8);
    expect(await readFile(path, 'utf8')).toBe('kept|new');
  });

  it('starts empty at size 0, whatever is there', async () => {
    const path = await fileWith('of another run');

    await opened(openAppendFile(path, 0, false));

    expect(await readFile(path, 'utf8')).toBe('');
  });

  it.each<[string, string | undefined, string]>([
    ['shorter than what is vouched for', '12345', 'has 5 bytes'],
    ['gone', undefined, 'is gone'],
  ])('is refused where it is %s, and left as it is', async (_what, content, says) => {
    const path = join(await temporaryFolder(), 'out.csv');
    if (content !== undefined) await writeFile(path, content);

    const refusal = openAppendFile(path, 6, false);

    await expect(refusal).rejects.toThrow(CheckpointError);
    await expect(refusal).rejects.toThrow(
      `${path} ${says}, but the checkpoint vouches for 6 bytes of it: bring it back, or start over with --overwrite`,
    );
    expect(await readFile(path, 'utf8').catch(() => undefined)).toBe(content);
  });

  it('holds back little text, and writes much at once', async () => {
    const path = await fileWith('');
    const file = await opened(openAppendFile(path, 0, false));

    expect(file.append('little')).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe('');
    await file.append('x'.repeat(MUCH));

    expect(await readFile(path, 'utf8')).toBe(`little${'x'.repeat(MUCH)}`);
    expect((await file.write()).bytes).toBe(6 + MUCH);
  });

  it('counts bytes, not characters', async () => {
    const path = await fileWith('');
    const file = await opened(openAppendFile(path, 0, false));

    file.append('é日🦊');

    expect((await file.write()).bytes).toBe(9);
  });

  it.each([5, 70_000, 300_000])('goes on with the sum of its first %i bytes', async (size) => {
    const text = 'é日🦊, '.repeat(40_000);
    const whole = Buffer.from(text);
    const path = join(await temporaryFolder(), 'out.csv');
    await writeFile(path, whole.subarray(0, size));
    const before = {
      crc: crc32(whole.subarray(0, size)),
      tailCrc: crc32(whole.subarray(Math.max(0, size - 65_536), size)),
    };

    const file = await opened(openAppendFile(path, size, false, before));
    const rest = whole.subarray(size).toString('latin1');
    for (let at = 0; at < rest.length; at += 50_000) await file.append(rest.slice(at, at + 50_000));
    const { bytes, crc, tailCrc } = await file.write();

    const written = await readFile(path);
    expect(bytes).toBe(written.length);
    expect(crc).toBe(crc32(written));
    expect(tailCrc).toBe(crc32(written.subarray(-65_536)));
    expect(await beginsAsVouched(path, { bytes, crc })).toBe(true);
    expect(await beginsAsVouched(path, { bytes, crc: crc + 1 })).toBe(false);
    expect(await beginsAsVouched(path, { bytes: bytes + 1, crc })).toBe(false);
  });

  it('sums up what is there, where an older version did not', async () => {
    const path = await fileWith('kept|left');

    const file = await opened(openAppendFile(path, 5, false));

    expect(await file.write()).toEqual({ bytes: 5, crc: crc32('kept|'), tailCrc: crc32('kept|') });
  });

  it('is refused where it is another file of the same size, and left as it is', async () => {
    const path = await fileWith('12345 and more');
    const before = { crc: crc32('12354'), tailCrc: crc32('12354') };

    const refusal = openAppendFile(path, 5, false, before);

    await expect(refusal).rejects.toThrow(CheckpointError);
    await expect(refusal).rejects.toThrow(
      'out.csv is another file or was edited, but the checkpoint vouches',
    );
    expect(await readFile(path, 'utf8')).toBe('12345 and more');
  });

  it.skipIf(process.platform === 'win32')(
    'is never vouched for again after a write that failed, also when there is room again',
    async () => {
      const path = await fileWith('');

      const said = await runWhereFilesAreSmall(
        join(import.meta.dirname, 'append-file-on-a-full-disk.ts'),
        path,
      );

      expect(said).toEqual([500, 'EFBIG', 'EFBIG', 'EFBIG']);
    },
  );
});

describe('a compressed append file', () => {
  it('is valid gzip at every size that was vouched for, and goes on from there', async () => {
    const folder = await temporaryFolder();
    let nth = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.nat(),
        fc.nat({ max: 40 }),
        async (texts, pick, tail) => {
          const path = join(folder, String(nth++));
          const file = await openAppendFile(path, 0, true);
          const vouched: { size: number; text: string }[] = [];
          let text = '';
          for (const part of texts) {
            file.append(part);
            text += part;
            vouched.push({ size: (await file.write()).bytes, text });
          }
          await file.close();
          const kept = vouched[pick % vouched.length] ?? { size: 0, text: '' };
          const bytes = await readFile(path);
          await writeFile(path, bytes.subarray(0, kept.size + tail));

          const again = await openAppendFile(path, kept.size, true);
          const cut = gunzipSync(await readFile(path)).toString();
          again.append('and on');
          await again.write();
          await again.close();

          expect(cut).toBe(kept.text);
          expect(gunzipSync(await readFile(path)).toString()).toBe(`${kept.text}and on`);
        },
      ),
      { numRuns: runs(25) },
    );
  });
});

describe('a lazy file', () => {
  it('is not there as long as nothing is in it', async () => {
    const folder = await temporaryFolder();
    const file = await opened(openLazyFile(join(folder, 'dead.jsonl'), 0));

    expect((await file.write()).bytes).toBe(0);
    await file.sync();

    expect(await readdir(folder)).toEqual([]);
  });

  it('is there with its first line', async () => {
    const path = join(await temporaryFolder(), 'dead.jsonl');
    const file = await opened(openLazyFile(path, 0));

    await file.append('one\n');
    await file.append('two\n');

    expect((await file.write()).bytes).toBe(8);
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('removes what a process left that died before it could vouch for it', async () => {
    const path = await fileWith('left behind\n');

    const file = await opened(openLazyFile(path, 0));

    await expect(readFile(path)).rejects.toThrow('ENOENT');
    await file.append('new\n');
    expect((await file.write()).bytes).toBe(4);
  });

  it('goes on at its size where there is one', async () => {
    const path = await fileWith('kept\nleft behind\n');

    const file = await opened(openLazyFile(path, 5));
    await file.append('new\n');

    expect((await file.write()).bytes).toBe(9);
    expect(await readFile(path, 'utf8')).toBe('kept\nnew\n');
  });
});
