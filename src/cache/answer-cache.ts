import { createHash } from 'node:crypto';
import cacache from 'cacache';
import type { Answer } from '../fabric/fabric.js';
import type { JsonObject } from '../rows/row.js';

export interface CacheOptions {
  readonly folder: string;
  /** What makes the answers besides a row's inputs: another one has other answers. */
  readonly fingerprint: JsonObject;
  /** Older answers are not found, in ms; undefined: none is too old. */
  readonly ttlMs: number | undefined;
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** Hears once that the cache cannot be read or written; the run goes on without it. */
  readonly failed: (error: Error) => void;
}

/** Of all that begins with this, by cacache's own keys. */
export const PREFIX = 'batchai:answer:';

/** Answers by what was asked, in files that any number of processes may use at once (cacache). */
export class FileCache {
  readonly #start: string;
  #hasFailed = false;

  constructor(private readonly options: CacheOptions) {
    this.#start = `${JSON.stringify(options.fingerprint)}\n`;
  }

  /** @param inputs as text, the same for the same inputs */
  async find(inputs: string): Promise<Answer | undefined> {
    const { folder } = this.options;
    try {
      const entry = await cacache.get.info(folder, this.#keyOf(inputs));
      if (entry === null || this.#isTooOld(entry)) return undefined;
      const content = await cacache.get.byDigest(folder, entry.integrity);
      return JSON.parse(content.toString('utf8')) as Answer;
    } catch (error) {
      // What was cleared or damaged meanwhile is not there.
      if (!isMissing(error)) this.#fail(error);
      return undefined;
    }
  }

  /** An answer is there that is not too old; it is not read. */
  async has(inputs: string): Promise<boolean> {
    try {
      const entry = await cacache.get.info(this.options.folder, this.#keyOf(inputs));
      return entry !== null && !this.#isTooOld(entry);
    } catch (error) {
      if (!isMissing(error)) this.#fail(error);
      return false;
    }
  }

  async keep(inputs: string, answer: Answer): Promise<void> {
    try {
      await cacache.put(this.options.folder, this.#keyOf(inputs), JSON.stringify(answer));
    } catch (error) {
      this.#fail(error);
    }
  }

  #isTooOld({ time }: { readonly time: number }): boolean {
    const { ttlMs, wallNow } = this.options;
    return ttlMs !== undefined && wallNow() - time > ttlMs;
  }

  #keyOf(inputs: string): string {
    return PREFIX + createHash('sha256').update(this.#start).update(inputs).digest('hex');
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.options.failed(error instanceof Error ? error : new Error(String(error)));
  }
}

const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'EINTEGRITY', 'EBADSIZE']);

function isMissing(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && MISSING.has(error.code)
  );
}
