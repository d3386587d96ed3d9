import { writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { counted } from '../wording/wording.js';
import { behindLinks } from './behind-links.js';
import { CheckpointError } from './checkpoint-file.js';
import { type FileSum, NOTHING_VOUCHED, RunningSum, type Vouched } from './file-sum.js';
import { syncFolder } from './replace-file.js';

/** An output is a file as any other. */
const FOR_OTHERS_TOO = 0o644;
/** Dead letters hold what went wrong, with the row. */
const FOR_THE_USER_ALONE = 0o600;

const WRITE_BYTES = 128 * 1024;
/**
 * Larger, since each write is a gzip member of its own: it starts with an empty dictionary, and there are readers that
 * make a frame, or a call, of each.
 */
const GZIP_WRITE_BYTES = 1024 * 1024;

const compress = promisify(gzip);

/** Where the rows of the output go, in order. */
export interface RowSink {
  /** Takes text; waits where much of it has gathered. */
  append(text: string): Promise<void> | undefined;
  /** Whether `write` would have to write a smaller piece than is good. */
  readonly isGathering: boolean;
  /** Writes what has gathered, and says what is there now. */
  write(): Promise<Vouched>;
  /** Puts on disk, safe from a power failure, at least what had been written when it was called. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A file that is only appended to, from a given size on: what lies behind it, written by a process
 * that died, is cut off. Where there is a sum of what lies before it, its last part is compared. A compressed file is a chain of gzip members (RFC 1952, 2.2), one a write,
 * so that it too can be cut where a checkpoint vouches for it.
 *
 * @throws CheckpointError where the file is gone, shorter than `size`, or another one; errors of the file system.
 */
export async function openAppendFile(
  path: string,
  size: number,
  compressed: boolean,
  before?: FileSum,
  mode = FOR_OTHERS_TOO,
): Promise<RowSink> {
  const file = await open(path, size === 0 ? 'w' : 'r+', mode).catch((error) => {
    throw error.code === 'ENOENT' && size > 0 ? changed(path, 'is gone', size) : error;
  });
  try {
    const found = (await file.stat()).size;
    if (found < size) throw changed(path, `has ${counted(found, 'byte')}`, size);
    const sum = await RunningSum.of(file, size, before);
    if (sum === undefined) throw changed(path, 'is another file or was edited', size);
    await file.truncate(size);
    return new AppendFile(file, size, compressed, sum);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function changed(path: string, state: string, size: number): CheckpointError {
  return new CheckpointError(
    `${path} ${state}, but the checkpoint vouches for ${counted(size, 'byte')} of it: bring it back, or start over with --overwrite`,
  );
}

/**
 * The same for a file that should not exist as long as nothing is in it, and that nobody else may read.
 * A file of that name that is there while `size` is 0 was left by a process that died: it goes.
 */
export async function openLazyFile(path: string, size: number, before?: FileSum): Promise<RowSink> {
  if (size > 0) return openAppendFile(path, size, false, before);
  await rm(await behindLinks(path), { force: true });
  return new LazyFile(path);
}

class LazyFile implements RowSink {
  #file: RowSink | undefined;

  constructor(private readonly path: string) {}

  get isGathering(): boolean {
    return this.#file?.isGathering ?? false;
  }

  async append(text: string): Promise<void> {
    if (this.#file === undefined) {
      this.#file = await openAppendFile(this.path, 0, false, undefined, FOR_THE_USER_ALONE);
      await syncFolder(dirname(await behindLinks(this.path)));
    }
    await this.#file.append(text);
  }

  async write(): Promise<Vouched> {
    return (await this.#file?.write()) ?? NOTHING_VOUCHED;
  }

  async sync(): Promise<void> {
    await this.#file?.sync();
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

class AppendFile implements RowSink {
  #pending = '';
  private syncedSize = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly file: FileHandle,
    private size: number,
    private readonly compressed: boolean,
    private readonly sum: RunningSum,
  ) {}

  get isGathering(): boolean {
    return this.compressed && this.#pending !== '';
  }

  append(text: string): Promise<void> | undefined {
    this.#pending += text;
    const limit = this.compressed ? GZIP_WRITE_BYTES : WRITE_BYTES;
    return this.#pending.length < limit ? undefined : this.#write();
  }

  async write(): Promise<Vouched> {
    await this.#write();
    return this.sum.now;
  }

  async sync(): Promise<void> {
    await this.#unlessFailed(async () => {
      const size = this.size;
      if (size === this.syncedSize) return;
      await this.file.datasync();
      this.syncedSize = size;
    });
  }

  close(): Promise<void> {
    return this.file.close();
  }

  #write(): Promise<void> {
    return this.#unlessFailed(async () => {
      if (this.#pending === '') return;
      const text = Buffer.from(this.#pending);
      this.#pending = '';
      const bytes = this.compressed ? await compress(text) : text;
      // Into the system's cache, which takes less time than a thread for it: rows that are finished would wait for that
      // thread, thousands of them where it has much to do, and survive collections meanwhile.
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.file.fd, bytes, written, bytes.length - written, this.size + written);
      }
      this.size += bytes.length;
      this.sum.add(bytes);
    });
  }

  /**
   * After a write or a flush that failed, nothing may vouch for the file any more: text is missing, and Linux
   * tells only once that it could not write a page; the next fsync succeeds.
   */
  async #unlessFailed(work: () => Promise<void>): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      await work();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}
