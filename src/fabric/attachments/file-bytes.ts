import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import pLimit from 'p-limit';
import { whyUnreadable } from '../why-unreadable.js';
import type { ReadAt } from './picture-size.js';

/** A multiple of 3, so that the base64 of the parts is that of the whole. */
const CHUNK_BYTES = 192 * 1024;

/** Node reads files in four threads. */
const AT_A_TIME = 4;

/** What is wrong with a file that a row names; the message does not name it. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
}

/**
 * The size of a regular file, in bytes.
 *
 * @throws FileProblem where there is none, or where it is something else: opening a pipe would wait for a writer.
 */
export async function regularFileSize(path: string): Promise<number> {
  const stats = await told(stat(path));
  if (stats.isDirectory()) throw new FileProblem('wanted a file, got a folder');
  if (!stats.isFile()) throw new FileProblem('wanted a file, got something else (a pipe or a device?)');
  return stats.size;
}

/** Takes a part of a file; `readAt` is for who has to look farther behind. */
export type PartUse = (part: Buffer, readAt: ReadAt) => void | Promise<void>;

export interface FileSum {
  /** In hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface FilePart {
  readonly bytes: Buffer;
  /** Changes with the file. */
  readonly version: string;
}

/** Reads files in parts, a few at a time, in buffers that it uses again. */
export class FileBytes {
  readonly #limit = pLimit(AT_A_TIME);
  readonly #free: Buffer[] = [];

  /**
   * So many bytes of a file, from a position on.
   *
   * @throws FileProblem, also where it has not so many.
   */
  part(path: string, position: number, bytes: number): Promise<FilePart> {
    return this.#limit(async () => {
      const file = await told(open(path, 'r'));
      try {
        const { size, mtimeMs } = await told(file.stat());
        const part = await fill(Buffer.allocUnsafeSlow(bytes), file, position);
        if (part.length < bytes) throw new FileProblem('it changed while it was read');
        return { bytes: part, version: `${size} ${mtimeMs}` };
      } finally {
        await file.close();
      }
    });
  }

  /**
   * Hands over the bytes of a file in their order, in parts of a multiple of 3 bytes, but for the last. A part holds
   * until `use` returns.
   *
   * @throws FileProblem
   */
  read(path: string, use?: PartUse): Promise<FileSum> {
    return this.#limit(async () => {
      const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
      try {
        return await readInto(buffer, path, use);
      } finally {
        this.#free.push(buffer);
      }
    });
  }
}

async function readInto(buffer: Buffer, path: string, use: PartUse | undefined): Promise<FileSum> {
  const hash = createHash('sha256');
  const file = await told(open(path, 'r'));
  try {
    const readAt: ReadAt = async (position, length) => {
      const { buffer: read, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
      return read.subarray(0, bytesRead);
    };
    let bytes = 0;
    for (;;) {
      const part = await fill(buffer, file);
      if (part.length === 0) break;
      bytes += part.length;
      hash.update(part);
      await use?.(part, readAt);
      if (part.length < buffer.length) break;
    }
    return { sha256: hash.digest('hex'), bytes };
  } finally {
    await file.close();
  }
}

/**
 * A read may give less than there is.
 *
 * @param from a position in the file; undefined: behind what was read last
 */
async function fill(buffer: Buffer, file: FileHandle, from?: number): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await told(
      file.read(buffer, filled, buffer.length - filled, from === undefined ? null : from + filled),
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new FileProblem(whyUnreadable(error));
  }
}
