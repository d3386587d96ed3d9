import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { ShardRecord } from './shard-records.js';
import { Shards } from './shards.js';

/** The steps of a run's shards, in a file and in memory: a step is on disk before it counts. */
export class ShardLog {
  /** Steps are written one after another, so that a failed one can be cut off again. */
  #written: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly file: FileHandle,
    private bytes: number,
    readonly shards: Shards,
  ) {}

  /**
   * Opens the log, with the steps that are in it. A torn last line was never acted upon, and is cut off.
   *
   * @throws SyntaxError where it is damaged.
   */
  static async open(path: string): Promise<ShardLog> {
    const { records, bytes } = await readShardLog(path);
    const shards = new Shards(records);
    const file = await open(path, 'a', 0o600);
    try {
      await file.truncate(bytes);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new ShardLog(file, bytes, shards);
  }

  /** Resolves when no crash can lose it. */
  async note(record: ShardRecord): Promise<void> {
    const written = this.#written.then(() => this.#append(`${JSON.stringify(record)}\n`));
    this.#written = written.catch(() => {});
    await written;
    this.shards.apply(record);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** A full disk may take a part of a line: the next one would make the log unreadable, and lose the batches. */
  async #append(line: string): Promise<void> {
    await this.file.truncate(this.bytes);
    await this.file.appendFile(line);
    await this.file.datasync();
    this.bytes += Buffer.byteLength(line);
  }
}

/**
 * The steps in a log; none where there is no such file.
 *
 * @returns with the bytes that its whole lines take.
 * @throws SyntaxError where it is damaged.
 */
export async function readShardLog(
  path: string,
): Promise<{ readonly records: ShardRecord[]; readonly bytes: number }> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').slice(0, -1);
  if (lines.length === 0) return { records: [], bytes: 0 };
  // Most runs have no shards, and do not wait for the schemas to load.
  const { parseShardRecord } = await import('./shard-form.js');
  return { records: lines.map(parseShardRecord), bytes: Buffer.byteLength(whole) };
}
