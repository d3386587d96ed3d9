import { join } from 'node:path';

/** A file that a service holds for a key. */
export interface StoredFile {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly purpose: string;
  readonly path: string;
  readonly bytes: number;
  readonly createdAt: number;
  /** Looks that do not find it yet. */
  hiddenFor: number;
}

export class StoredFiles {
  readonly #files = new Map<string, StoredFile>();
  #count = 0;

  constructor(
    private readonly folder: string,
    private readonly now: () => number,
    private readonly hiddenFor: number,
  ) {}

  /** A path for a file that is on its way. */
  nextPath(): string {
    return join(this.folder, `${++this.#count}.upload`);
  }

  add(file: Pick<StoredFile, 'key' | 'name' | 'purpose' | 'path' | 'bytes'>, id?: string): StoredFile {
    const hiddenFor = file.purpose.startsWith('batch_') ? 0 : this.hiddenFor;
    const stored = { ...file, id: id ?? `file-${++this.#count}`, createdAt: this.now(), hiddenFor };
    this.#files.set(stored.id, stored);
    return stored;
  }

  /** Undefined where there is none, none of this key, or it is not to be seen yet. */
  look(id: string, key: string): StoredFile | undefined {
    const file = this.#files.get(id);
    if (file === undefined || file.key !== key) return undefined;
    return file.hiddenFor-- > 0 ? undefined : file;
  }

  /** The newest first. */
  of(key: string): StoredFile[] {
    return [...this.#files.values()].reverse().filter((file) => file.key === key);
  }

  delete(id: string): void {
    this.#files.delete(id);
  }

  get all(): readonly StoredFile[] {
    return [...this.#files.values()];
  }
}
