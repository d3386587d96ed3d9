import { type FileHandle, open } from 'node:fs/promises';
import { PendingLines } from './pending-lines.js';

const WRITE_BYTES = 256 * 1024;

/** A new file of lines, with its size. Nobody else may read it: rows are in it. */
export class LineFile {
  readonly #pending = new PendingLines(WRITE_BYTES);
  #bytes = 0;

  private constructor(private readonly file: FileHandle) {}

  /** An existing file of that name, from before a crash, goes. */
  static async create(path: string): Promise<LineFile> {
    return new LineFile(await open(path, 'w', 0o600));
  }

  /** Takes a line without its end. The next one is for after the write that it may resolve with. */
  add(line: string): Promise<void> | undefined {
    if (this.#pending.add(0, line)) return undefined;
    return this.#write().then(() => void this.#pending.add(0, line));
  }

  /** Puts all of it on disk, safe from a power failure. Gives its bytes. */
  async close(): Promise<number> {
    try {
      await this.#write();
      await this.file.sync();
    } finally {
      await this.file.close();
    }
    return this.#bytes;
  }

  async #write(): Promise<void> {
    for (const [bytes] of this.#pending.take().values()) {
      if (bytes === undefined) continue;
      this.#bytes += bytes.length;
      await this.file.appendFile(bytes);
    }
  }
}
