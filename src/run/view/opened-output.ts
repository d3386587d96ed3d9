import type {
  RowFailure,
  ViewField,
  ViewQuery,
  ViewRow,
  WholeField,
  WholeRow,
} from '../../monitor/view/view-forms.js';
import { lookAt } from '../../rows/look.js';
import type { Row } from '../../rows/row.js';
import { cutText } from '../../wording/wording.js';
import { boundedSource } from './bounded-source.js';
import { FailedRows } from './failed-rows.js';
import { fieldsOf, type ReadField, textOf } from './fields.js';
import type { FoundOutput } from './find-output.js';
import { IndexedFile } from './indexed-file.js';
import { RowSearch, type SearchedRows, stateOf } from './row-search.js';
import { ValueCounts } from './value-counts.js';

/** Characters of a value in a list. */
const CHARACTERS_IN_A_LIST = 400;

/**
 * A file of rows that is open to be read: its index, its failed rows and the values of its answers are gathered in the
 * background.
 */
export class OpenedOutput {
  readonly #rows: SearchedRows;
  readonly #values: ValueCounts;
  readonly #end = new AbortController();
  /** Replaced as the file grows; the reading source looks here how far it may go. */
  readonly #now: { found: FoundOutput };
  #going: Promise<void> | undefined;
  #problem: Error | undefined;
  #isWhole = false;

  private constructor(now: { found: FoundOutput }, rows: SearchedRows) {
    this.#now = now;
    this.#rows = rows;
    this.#values = new ValueCounts(rows.fields);
  }

  /** @throws InputError where the file's beginning is not what its format says. */
  static async open(found: FoundOutput): Promise<OpenedOutput> {
    const { gzip, run, letters } = found;
    const now = { found };
    const source = boundedSource(gzip, () => {
      const { path, committed } = now.found;
      // Of a compressed file the rows are counted instead.
      return { path, bytes: gzip ? undefined : committed?.bytes };
    });
    const { columns, layout, start, rows } = await lookAt(source, found.look);
    return new OpenedOutput(now, {
      file: new IndexedFile({ source, layout, columns, start, gzip }),
      failed: new FailedRows(letters),
      fields: fieldsOf({ columns, rows }, run?.identity),
    });
  }

  get found(): FoundOutput {
    return this.#now.found;
  }

  get fields(): readonly ViewField[] {
    return this.#rows.fields.map(({ key, kind, isPart }) => ({ key, kind, ...(isPart && { isPart }) }));
  }

  get rows(): SearchedRows {
    return this.#rows;
  }

  get values() {
    return this.#values.values;
  }

  /** Set where the file could not be read any further. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** True once all rows that stand in the file are known. */
  get isIndexed(): boolean {
    return this.#isWhole || this.#going === undefined;
  }

  /** Takes what is known of the file now, and reads on. */
  update(found: FoundOutput): void {
    this.#now.found = found;
    void this.index();
  }

  /**
   * Reads the rows that are not known yet; resolves when all are.
   *
   * @param mostRows rows behind these are left alone.
   */
  index(mostRows = Number.POSITIVE_INFINITY): Promise<void> {
    this.#going ??= this.#extend(mostRows).finally(() => {
      this.#going = undefined;
    });
    return this.#going;
  }

  search(query: ViewQuery): RowSearch {
    return new RowSearch(this.#rows, query);
  }

  /** Rows by their places, as a list shows them. */
  async listed(places: readonly number[]): Promise<ViewRow[]> {
    const { file, fields } = this.#rows;
    const rows = await file.readEach(places);
    const failures = await this.#failuresOf(rows);
    return rows.map((row) => ({
      ...this.#headOf(row, failures),
      values: fields.map(({ read }) => cutText(read(row), CHARACTERS_IN_A_LIST)),
    }));
  }

  /** Rows by their places with all that they have, long values cut. */
  async whole(places: readonly number[], mostCharacters: number): Promise<WholeRow[]> {
    const rows = await this.#rows.file.readEach(places);
    const failures = await this.#failuresOf(rows);
    return rows.map((row) => ({
      ...this.#headOf(row, failures),
      fields: wholeFields(row, this.#rows.fields, mostCharacters),
    }));
  }

  close(): void {
    this.#end.abort();
  }

  #headOf(row: Row, failures: ReadonlyMap<number, RowFailure>): Omit<ViewRow, 'values'> {
    const { failed, fields } = this.#rows;
    const number = failed.rowAt(row.number);
    const failure = failures.get(number);
    return {
      at: row.number,
      row: number,
      state: stateOf(row, failure, fields),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  #failuresOf(rows: readonly Row[]): Promise<ReadonlyMap<number, RowFailure>> {
    const { failed } = this.#rows;
    return failed.of(rows.map(({ number }) => failed.rowAt(number)));
  }

  async #extend(mostRows: number): Promise<void> {
    const { file, failed } = this.#rows;
    const { committed, letters } = this.#now.found;
    const { signal } = this.#end;
    try {
      // Failures first: a row without its failure would pass for an empty one.
      await failed.extend(letters, signal);
      // A file that is whole never grows: with other rows in it, it would be opened anew.
      if (this.#isWhole) return;
      const last = Math.min(committed?.rows ?? mostRows, mostRows);
      await file.extend(Number.isFinite(last) ? last : undefined, signal, ({ rows }) => {
        for (const row of rows) this.#values.add(row);
      });
      this.#isWhole = !Number.isFinite(last) && !signal.aborted;
      this.#problem = undefined;
    } catch (error) {
      this.#problem = error instanceof Error ? error : new Error(String(error));
    }
  }
}

function wholeFields(row: Row, fields: readonly ReadField[], most: number): WholeField[] {
  const known = new Set(fields.map(({ key }) => key));
  const others =
    row.kind === 'object'
      ? Object.entries(row.object)
          .filter(([name]) => !known.has(name))
          .map(([name, value]) => ({ name, kind: 'input' as const, text: textOf(value) }))
      : [];
  return [...fields.map(({ key, kind, read }) => ({ name: key, kind, text: read(row) })), ...others].map(
    ({ name, kind, text }) => ({ name, kind, text: text.slice(0, most), length: text.length }),
  );
}
