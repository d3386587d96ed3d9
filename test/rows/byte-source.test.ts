import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileSource, skipBytes, streamSource } from '../../src/rows/byte-source.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { collect, every } from './memory-source.js';

const TEXT = Buffer.from(Array.from({ length: 40_000 }, (_, n) => `row ${n}\n`).join(''));

async function fileOf(name: string, content: Buffer): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

const all = async (chunks: AsyncIterable<Buffer>) => Buffer.concat(await collect(chunks));

describe.each([
  ['a plain file', 'rows.csv', false, TEXT],
  ['a compressed file', 'rows.csv.gz', true, gzipSync(TEXT)],
  [
    'a compressed file of several members',
    'rows.csv.gz',
    true,
    Buffer.concat(every(100_000)(TEXT).map((part) => gzipSync(part))),
  ],
])('%s', (_what, name, gzip, content) => {
  it('is read from any offset of its text, as often as one likes', async () => {
    const source = fileSource(await fileOf(name, content), gzip);

    for (const offset of [0, 1, 65_535, 65_536, 100_000, 200_001, TEXT.length - 1, TEXT.length]) {
      expect((await all(source.read(offset))).equals(TEXT.subarray(offset))).toBe(true);
    }
    expect((await all(source.look())).equals(TEXT)).toBe(true);
  });

  it('comes in small pieces behind what is skipped, too', async () => {
    const source = fileSource(await fileOf(name, content), gzip);

    const sizes = (await collect(source.read(200_001))).map((chunk) => chunk.length);

    expect(Math.max(...sizes)).toBeLessThanOrEqual(65_536);
  });

  it('can be left in the middle', async () => {
    const source = fileSource(await fileOf(name, content), gzip);

    for await (const chunk of source.read(10)) {
      expect(chunk.equals(TEXT.subarray(10, 10 + chunk.length))).toBe(true);
      break;
    }

    expect((await all(source.read(0))).length).toBe(TEXT.length);
  });

  it('is named for its path', async () => {
    const path = await fileOf(name, content);

    expect(fileSource(path, gzip)).toMatchObject({ name: path, path });
  });
});

it.each([false, true])('a file that is not there fails the reading (gzip: %s)', async (gzip) => {
  const source = fileSource(join(await temporaryFolder(), 'missing'), gzip);

  await expect(collect(source.read(0))).rejects.toMatchObject({ code: 'ENOENT' });
});

describe('a compressed file that is damaged', () => {
  it('because it is not compressed at all is no usable input', async () => {
    const source = fileSource(await fileOf('rows.csv.gz', TEXT), true);

    await expect(collect(source.look())).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(/rows\.csv\.gz.*gzip/),
    });
  });

  it('because its end is missing fails the reading after what there is', async () => {
    const content = gzipSync(TEXT);
    const source = fileSource(await fileOf('rows.csv.gz', content.subarray(0, content.length - 100)), true);

    await expect(collect(source.read(0))).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(/rows\.csv\.gz.*unexpected end of file/),
    });
  });
});

describe('a stream', () => {
  const chunks = every(10)(TEXT.subarray(0, 95));
  const source = () => streamSource('standard input', Readable.from(chunks));

  it('gives all its bytes once, after any look at its beginning', async () => {
    for (const chunksLookedAt of [0, 1, 3, chunks.length]) {
      const stream = source();
      let looked = 0;
      for (let times = 0; times < 2; times++) {
        for await (const chunk of stream.look()) {
          if (looked++ >= chunksLookedAt) break;
          expect(TEXT.includes(chunk)).toBe(true);
        }
        looked = 0;
      }

      expect((await all(stream.read(0))).equals(Buffer.concat(chunks))).toBe(true);
    }
  });

  it('gives the same beginning to every look', async () => {
    const stream = source();
    for await (const _chunk of stream.look()) break;

    expect((await all(stream.look())).equals(Buffer.concat(chunks))).toBe(true);
    expect((await all(stream.look())).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('is read from an offset by passing over what is before it', async () => {
    const stream = source();
    for await (const _chunk of stream.look()) break;

    expect((await all(stream.read(25))).equals(Buffer.concat(chunks).subarray(25))).toBe(true);
  });

  it('has no path', () => {
    expect(source()).toMatchObject({ name: 'standard input', path: undefined });
  });

  it('that breaks fails the reading', async () => {
    async function* breaking() {
      yield Buffer.from('a,b\n');
      throw new Error('the pipe broke');
    }
    const stream = streamSource('standard input', Readable.from(breaking()));

    await expect(collect(stream.read(0))).rejects.toThrow('the pipe broke');
  });
});

it('skipping takes exactly so many bytes away', async () => {
  const text = Buffer.from('0123456789');
  for (let offset = 0; offset <= text.length + 2; offset++) {
    for (let length = 1; length <= text.length; length++) {
      const chunks = Readable.from(every(length)(text));
      expect((await all(skipBytes(chunks, offset))).toString()).toBe(text.subarray(offset).toString());
    }
  }
});
