import { InputError } from '../../rows/input-error.js';
import type { JsonObject, ObjectRow } from '../../rows/row.js';
import { jsonObject } from './json-copy.js';

/** Rows that can be had without waiting are looked at as far as those of a file. */
const LOOK_ROWS = 100;

/** A row as it came, and as it goes through the run. */
export interface GivenRow<R> {
  readonly original: R;
  readonly row: ObjectRow;
  /** About what it takes in memory. */
  readonly bytes: number;
}

/** Rows from code, pulled one at a time, and never ahead of what is asked for. */
export class GivenRows<R extends object> {
  readonly #iterator: Iterator<R> | AsyncIterator<R>;
  readonly #looked: GivenRow<R>[] = [];
  #problem: { readonly error: unknown } | undefined;
  #number = 0;
  #isPulling = false;
  /** It has ended, or has thrown. */
  #isOver = false;

  constructor(rows: Iterable<R> | AsyncIterable<R>) {
    this.#iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
    this.isSync = !(Symbol.asyncIterator in rows);
  }

  /** The next row is there without waiting. */
  readonly isSync: boolean;

  /**
   * The first rows, which `next` gives all the same: of rows that may be long in coming, the first one. What goes
   * wrong there is `next`'s to say, after the rows before it.
   */
  async look(): Promise<readonly ObjectRow[]> {
    while (this.#looked.length < (this.isSync ? LOOK_ROWS : 1)) {
      const row = await this.#pull().catch((error: unknown) => {
        this.#problem = { error };
        return undefined;
      });
      if (row === undefined) break;
      this.#looked.push(row);
    }
    return this.#looked.map(({ row }) => row);
  }

  /**
   * Undefined after the last one.
   *
   * @throws InputError, and what the rows' own code throws.
   */
  async next(): Promise<GivenRow<R> | undefined> {
    const looked = this.#looked.shift();
    if (looked !== undefined) return looked;
    if (this.#problem !== undefined) throw this.#problem.error;
    return this.#pull();
  }

  /** Closes the iterator of the rows, without waiting for a row that it is producing. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const closed = Promise.resolve(this.#iterator.return?.());
    if (this.#isPulling) closed.catch(() => {});
    else await closed;
  }

  async #pull(): Promise<GivenRow<R> | undefined> {
    if (this.#isOver) return undefined;
    this.#isPulling = true;
    try {
      const next = this.#iterator.next();
      const { done, value } = 'then' in next ? await next : next;
      if (!done) return this.#given(value);
      this.#isOver = true;
      return undefined;
    } catch (error) {
      if (!(error instanceof InputError)) this.#isOver = true;
      throw error;
    } finally {
      this.#isPulling = false;
    }
  }

  #given(original: R): GivenRow<R> {
    const number = ++this.#number;
    const object = jsonObject(original, `row ${number}`);
    return { original, row: { kind: 'object', number, object, text: '' }, bytes: bytesOf(object) };
  }
}

function bytesOf(object: JsonObject): number {
  let bytes = 0;
  for (const name in object) {
    const value = object[name];
    if (typeof value === 'string') bytes += value.length;
    else if (typeof value === 'object' && value !== null) bytes += JSON.stringify(value).length;
    else bytes += 8;
  }
  return bytes;
}
