import type { RowFailure, RowState, ViewQuery } from '../../monitor/view/view-forms.js';
import { wordsOf } from '../../monitor/view/view-query.js';
import type { Row } from '../../rows/row.js';
import type { FailedRows } from './failed-rows.js';
import { type ReadField, textOf } from './fields.js';
import { FoundPlaces } from './found-places.js';
import type { IndexedFile } from './indexed-file.js';
import { OrderedRows } from './ordered-rows.js';

/** Rows of an order that can be paged through. */
export const MOST_ORDERED = 10_000;

/** What is searched. */
export interface SearchedRows {
  readonly file: IndexedFile;
  readonly failed: FailedRows;
  readonly fields: readonly ReadField[];
}

/** Places in the output, of which a page is shown. */
export interface Places {
  readonly length: number;
  slice(from: number, to: number): readonly number[];
}

/**
 * One query over the rows of an output: goes through the rows that are known, finds those that match, and goes on when more
 * are known.
 */
export class RowSearch {
  readonly #rows: SearchedRows;
  readonly #words: readonly string[];
  readonly #query: ViewQuery;
  readonly #equals: readonly { readonly field: ReadField; readonly value: string }[];
  readonly #order: { readonly field: ReadField; readonly rows: OrderedRows } | undefined;
  readonly #places = new FoundPlaces();
  readonly #end = new AbortController();
  #matched = 0;
  #scanned = 0;
  #going: Promise<void> | undefined;

  constructor(rows: SearchedRows, query: ViewQuery) {
    this.#rows = rows;
    this.#query = query;
    this.#words = wordsOf(query);
    this.#equals = rows.fields
      .filter(({ key }) => Object.hasOwn(query.equals, key))
      .map((field) => ({ field, value: query.equals[field.key] ?? '' }));
    const { sort } = query;
    const field = sort && rows.fields.find(({ key }) => key === sort.key);
    this.#order = sort && field && { field, rows: new OrderedRows(MOST_ORDERED, sort.descending) };
  }

  /** Rows found so far. */
  get matched(): number {
    return this.#matched;
  }

  /** Rows looked at so far. */
  get scanned(): number {
    return this.#scanned;
  }

  /** Places in the output of the rows found, as far as they can be shown. */
  places(): Places {
    return this.#order?.rows.places() ?? this.#places;
  }

  /** Goes on until all known rows are looked at, or the search is ended; resolves then. */
  go(): Promise<void> {
    this.#going ??= this.#scan().finally(() => {
      this.#going = undefined;
    });
    return this.#going;
  }

  /** The places that were found stay. */
  end(): void {
    this.#end.abort();
  }

  async #scan(): Promise<void> {
    const { file, failed } = this.#rows;
    const letters = failed.from(failed.rowAt(this.#scanned + 1));
    let letter: readonly [number, RowFailure] | undefined;
    try {
      while (this.#scanned < file.rows && !this.#end.signal.aborted) {
        const last = file.rows;
        for await (const rows of file.read(this.#scanned + 1, last)) {
          if (this.#end.signal.aborted) return;
          for (const row of rows) {
            const number = failed.rowAt(row.number);
            const isFailed = failed.has(number);
            while (isFailed && (letter === undefined || letter[0] < number)) {
              const next = await letters.next();
              if (next.done) break;
              letter = next.value;
            }
            this.#look(row, isFailed && letter?.[0] === number ? letter[1] : undefined);
          }
          this.#scanned = rows.at(-1)?.number ?? this.#scanned;
        }
        // Rows at the end that cannot be read are looked at as well.
        if (!this.#end.signal.aborted) this.#scanned = last;
      }
    } finally {
      await letters.return();
    }
  }

  #look(row: Row, failure: RowFailure | undefined): void {
    if (!this.#matches(row, failure)) return;
    this.#matched++;
    if (this.#order === undefined) this.#places.add(row.number);
    else this.#order.rows.add(row.number, this.#order.field.read(row));
  }

  #matches(row: Row, failure: RowFailure | undefined): boolean {
    const { state, kind } = this.#query;
    if (state !== 'all' && stateOf(row, failure, this.#rows.fields) !== state) return false;
    if (kind !== undefined && failure?.kind !== kind) return false;
    if (!this.#equals.every(({ field, value }) => field.read(row) === value)) return false;
    return this.#words.every((word) => contains(row, word) || containsFailure(failure, word));
  }
}

/** A row is empty where it did not fail, and nothing stands in any column of answers. */
export function stateOf(row: Row, failure: RowFailure | undefined, fields: readonly ReadField[]): RowState {
  if (failure !== undefined) return 'failed';
  return fields.some((field) => field.kind === 'answer' && !field.isPart && field.read(row).trim() !== '')
    ? 'answered'
    : 'empty';
}

function contains(row: Row, word: string): boolean {
  if (row.kind === 'cells') return row.cells.some((cell) => cell.toLowerCase().includes(word));
  return Object.values(row.object).some((value) => textOf(value).toLowerCase().includes(word));
}

function containsFailure(failure: RowFailure | undefined, word: string): boolean {
  return failure !== undefined && `${failure.kind} ${failure.message}`.toLowerCase().includes(word);
}
