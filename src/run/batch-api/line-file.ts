import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

const WRITE_CHARACTERS = 256 * 1024;

/** A new file of lines, with its size and its SHA-256. Nobody else may read it: rows are in it. */
export class LineFile {
  readonly #hash = createHash('sha256');
  #pending: string[] = [];
  #characters = 0;
  #bytes = 0;

  private constructor(private readonly file: FileHandle) {}

  /** An existing file of that name, from before a crash, goes. */
  static async create(path: string): Promise<LineFile> {
    return new LineFile(await open(path, 'w', 0o600));
  }

  /** Takes a line without its end; waits where much has gathered. */
  add(line: string): Promise<void> | undefined {
    this.#pending.push(line, '\n');
    this.#characters += line.length + 1;
    return this.#characters < WRITE_CHARACTERS ? undefined : this.#write();
  }

  /** Puts all of it on disk, safe from a power failure. */
  async close(): Promise<{ readonly bytes: number; readonly sha256: string }> {
    try {
      await this.#write();
      await this.file.sync();
    } finally {
      await this.file.close();
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  async #write(): Promise<void> {
    const bytes = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    this.#characters = 0;
    this.#bytes += bytes.length;
    this.#hash.update(bytes);
    await this.file.appendFile(bytes);
  }
}
