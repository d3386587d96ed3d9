import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** So much before its end tells whether a file is the one that was written: another one, or one that was edited, ends otherwise. */
const TAIL_BYTES = 64 * 1024;
const READ_BYTES = 1024 * 1024;

/** What tells the first so many bytes of a file from others, with CRC-32 (the one of zlib). */
export interface FileSum {
  /** Of all of them. */
  readonly crc: number;
  /** Of the last 64 KiB of them, or of all where there are fewer: it can be checked without reading the rest. */
  readonly tailCrc: number;
}

/** A part of a file, from its beginning. */
export interface Vouched extends FileSum {
  readonly bytes: number;
}

export const NOTHING_VOUCHED: Vouched = { bytes: 0, crc: 0, tailCrc: 0 };

/** The sum of a file that is written, which costs what is added and never what is there. */
export class RunningSum {
  private constructor(
    private bytes: number,
    private crc: number,
    private tail: Buffer,
  ) {}

  /**
   * Goes on with the first `bytes` of a file. Of a file without a sum (of an older version) all of them are read, once;
   * else only the last ones are.
   *
   * @returns undefined where they are not what the sum was made of.
   */
  static async of(
    file: FileHandle,
    bytes: number,
    before: FileSum | undefined,
  ): Promise<RunningSum | undefined> {
    const tail = Buffer.alloc(Math.min(bytes, TAIL_BYTES));
    await readWhole(file, tail, bytes - tail.length);
    if (before !== undefined && crc32(tail) !== before.tailCrc) return undefined;
    return new RunningSum(bytes, before?.crc ?? (await crcOf(file, bytes)), tail);
  }

  add(text: Buffer): void {
    this.bytes += text.length;
    this.crc = crc32(text, this.crc);
    const kept = this.tail.subarray(Math.max(0, this.tail.length + text.length - TAIL_BYTES));
    this.tail =
      text.length >= TAIL_BYTES
        ? Buffer.from(text.subarray(text.length - TAIL_BYTES))
        : Buffer.concat([kept, text]);
  }

  get now(): Vouched {
    return { bytes: this.bytes, crc: this.crc, tailCrc: crc32(this.tail) };
  }
}

/** Does a file begin with what was vouched for? It is read once; where it is shorter or gone it does not. */
export async function beginsAsVouched(
  path: string,
  { bytes, crc }: Pick<Vouched, 'bytes' | 'crc'>,
): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  try {
    return (await file.stat()).size >= bytes && (await crcOf(file, bytes)) === crc;
  } finally {
    await file.close();
  }
}

async function crcOf(file: FileHandle, bytes: number): Promise<number> {
  const buffer = Buffer.alloc(Math.min(bytes, READ_BYTES));
  let crc = 0;
  for (let at = 0; at < bytes; at += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, bytes - at));
    await readWhole(file, part, at);
    crc = crc32(part, crc);
  }
  return crc;
}

/** Fills a buffer; what a file that shrinks meanwhile does not have is zeros. */
async function readWhole(file: FileHandle, buffer: Buffer, position: number): Promise<void> {
  for (let got = 0; got < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, got, buffer.length - got, position + got);
    if (bytesRead === 0) {
      buffer.fill(0, got);
      return;
    }
    got += bytesRead;
  }
}
