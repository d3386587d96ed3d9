import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from './input-error.js';

/** Small enough that parsing a chunk delays calls by a few milliseconds at most. */
const CHUNK_BYTES = 64 * 1024;

/** What is decompressed only to be skipped comes in larger pieces: that takes a fifth less CPU time. */
const SKIPPED_CHUNK_BYTES = 1024 * 1024;

/** The bytes of an input, decompressed. */
export interface ByteSource {
  /** For messages: the path, or `standard input`. */
  readonly name: string;
  /** The file's path; undefined for a stream, which can be read only once. */
  readonly path: string | undefined;
  /** The encoding that its bytes were decoded from; offsets are those of the UTF-8 text. Undefined: it is UTF-8 itself. */
  readonly encoding?: string;
  /** The bytes from the beginning; may be called several times, but not after `read`. */
  look(): AsyncIterable<Buffer>;
  /** The bytes from `offset` on; for a stream, only once. */
  read(offset: number): AsyncIterable<Buffer>;
}

/** A file as a source. It seeks offsets; in a compressed file it skips to them. */
export function fileSource(path: string, gzip: boolean): ByteSource {
  const read = (offset: number) => (gzip ? readGzip(path, offset) : readPlain(path, offset));
  return { name: path, path, look: () => read(0), read };
}

/** A stream as a source, such as standard input. It keeps what `look` takes for `read`. */
export function streamSource(name: string, stream: Readable): ByteSource {
  const chunks: AsyncIterator<Buffer> = stream.iterator({ destroyOnReturn: false });
  let looked: Buffer[] = [];

  async function* look(): AsyncIterable<Buffer> {
    for (let index = 0; ; index++) {
      const known = looked[index];
      if (known === undefined) {
        const next = await chunks.next();
        if (next.done) return;
        looked.push(next.value);
      }
      yield looked[index] ?? Buffer.alloc(0);
    }
  }
  async function* all(): AsyncIterable<Buffer> {
    const beginning = looked;
    looked = [];
    yield* beginning;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  return { name, path: undefined, look, read: (offset) => skipBytes(all(), offset) };
}

/** `chunks` without their first `offset` bytes. */
export async function* skipBytes(chunks: AsyncIterable<Buffer>, offset: number): AsyncIterable<Buffer> {
  let toSkip = offset;
  for await (const chunk of chunks) {
    if (toSkip >= chunk.length) {
      toSkip -= chunk.length;
      continue;
    }
    yield toSkip === 0 ? chunk : chunk.subarray(toSkip);
    toSkip = 0;
  }
}

async function* readPlain(path: string, offset: number): AsyncIterable<Buffer> {
  yield* createReadStream(path, { start: offset, highWaterMark: CHUNK_BYTES });
}

async function* readGzip(path: string, offset: number): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: offset === 0 ? CHUNK_BYTES : 4 * CHUNK_BYTES });
  const text = file.pipe(createGunzip({ chunkSize: offset === 0 ? CHUNK_BYTES : SKIPPED_CHUNK_BYTES }));
  file.on('error', (error) => text.destroy(error));
  try {
    for await (const chunk of skipBytes(text, offset)) {
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES) yield chunk.subarray(at, at + CHUNK_BYTES);
    }
  } catch (error) {
    throw isZlibError(error) ? new InputError(`${path} is not whole as gzip (${error.message})`) : error;
  } finally {
    file.destroy();
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
