import { createHash } from 'node:crypto';
import cacache from 'cacache';
import type { CachedAnswer } from '../batch/caching-executor.js';
import type { Answer } from '../fabric/fabric.js';
import { parseJson } from '../json/parse-json.js';
import { stringifyJson } from '../json/stringify-json.js';
import type { JsonObject } from '../rows/row.js';
import { closeToOthers, makeCacheFolder } from './cache-place.js';

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
  #made: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(private readonly options: CacheOptions) {
    this.#start = `${JSON.stringify(options.fingerprint)}\n`;
  }

  /**
   * The answer, where it is there, whole, and not too old. One that is damaged goes, so that the next one is kept anew.
   *
   * @param inputs as text, the same for the same inputs
   */
  async find(inputs: string): Promise<CachedAnswer | undefined> {
    const found = await this.#read(inputs);
    // cacache would not write over it: what has that name is taken for what it should be.
    if (found.kind === 'damaged')
      await cacache.rm.content(this.options.folder, found.integrity).catch(() => {});
    return found.kind === 'there' ? found.kept : undefined;
  }

  /** An answer is there that is whole and not too old. Nothing is changed. */
  async has(inputs: string): Promise<boolean> {
    return (await this.#read(inputs)).kind === 'there';
  }

  async keep(inputs: string, { answer, model }: CachedAnswer): Promise<void> {
    const { folder } = this.options;
    try {
      this.#made ??= makeCacheFolder(folder);
      await this.#made;
      // Beside the answer, not in it: any JSON may be an answer, and those of older versions are nothing else.
      const beside = model === undefined ? {} : { metadata: { model } };
      await cacache.put(folder, this.#keyOf(inputs), stringifyJson(answer), beside);
      this.#closed ??= closeToOthers(folder);
      await this.#closed;
    } catch (error) {
      this.#fail(error);
    }
  }

  async #read(inputs: string): Promise<Found> {
    const { folder } = this.options;
    let integrity: string | undefined;
    try {
      const entry = await cacache.get.info(folder, this.#keyOf(inputs));
      if (entry === null || this.#isTooOld(entry)) return MISSING;
      integrity = entry.integrity;
      const content = await cacache.get.byDigest(folder, integrity);
      const answer: Answer = parseJson(content.toString('utf8'));
      const model = modelIn(entry.metadata);
      return { kind: 'there', kept: model === undefined ? { answer } : { answer, model } };
    } catch (error) {
      // What was cleared meanwhile is not there.
      if (codeOf(error) === 'ENOENT') return MISSING;
      if (integrity !== undefined && isDamage(error)) return { kind: 'damaged', integrity };
      this.#fail(error);
      return MISSING;
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

type Found =
  | { readonly kind: 'there'; readonly kept: CachedAnswer }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly integrity: string };

const MISSING: Found = { kind: 'missing' };

function modelIn(metadata: unknown): string | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('model' in metadata)) return undefined;
  return typeof metadata.model === 'string' ? metadata.model : undefined;
}

const DAMAGED: ReadonlySet<string> = new Set(['EINTEGRITY', 'EBADSIZE']);

function isDamage(error: unknown): boolean {
  return error instanceof SyntaxError || DAMAGED.has(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
