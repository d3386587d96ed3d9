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
  /** All that answers depend on besides a row's inputs: another fingerprint has other answers. */
  readonly fingerprint: JsonObject;
  /** The age in ms past which answers are not found; undefined: no limit. */
  readonly ttlMs: number | undefined;
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** Called once, when the cache cannot be read or written; the run continues without it. */
  readonly onFailed: (error: Error) => void;
}

/** The prefix of batchai's keys in cacache. */
export const PREFIX = 'batchai:answer:';

/**
 * Answers by fingerprint and inputs, in files that any number of processes may use at once (cacache).
 *
 * @example
 * const cache = new FileCache({ folder, fingerprint, ttlMs: undefined, wallNow: Date.now, onFailed: warn });
 * await cache.keep(inputs, { answer: 'red' });
 * await cache.find(inputs); // { answer: 'red' }
 */
export class FileCache {
  readonly #start: string;
  #hasFailed = false;
  #made: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(private readonly options: CacheOptions) {
    this.#start = `${JSON.stringify(options.fingerprint)}\n`;
  }

  /**
   * The answer, unless it is missing, damaged or too old. A damaged answer is removed, so that the next one can be kept.
   *
   * @param inputs as text, equal for equal inputs.
   */
  async find(inputs: string): Promise<CachedAnswer | undefined> {
    const found = await this.#read(inputs);
    // cacache would not overwrite it: a file under a content's name is taken for that content.
    if (found.kind === 'damaged')
      await cacache.rm.content(this.options.folder, found.integrity).catch(() => {});
    return found.kind === 'there' ? found.kept : undefined;
  }

  /** True if `find` would return an answer. It changes nothing. */
  async has(inputs: string): Promise<boolean> {
    return (await this.#read(inputs)).kind === 'there';
  }

  async keep(inputs: string, { answer, model }: CachedAnswer): Promise<void> {
    const { folder } = this.options;
    try {
      this.#made ??= makeCacheFolder(folder);
      await this.#made;
      // The model is metadata: any JSON may be an answer, and older versions kept nothing else.
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
      // The entry was cleared meanwhile.
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
    this.options.onFailed(error instanceof Error ? error : new Error(String(error)));
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
