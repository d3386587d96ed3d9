import type { JsonObject, JsonValue } from '../json/json-value.js';

/** A property of the answers, and the column that it goes to. */
interface SpreadColumn {
  readonly property: string;
  readonly column: string;
}

/** Columns over which answers were spread, and into which none of them has put anything. */
export interface EmptyColumns {
  readonly columns: readonly string[];
  /** Answers that were spread. */
  readonly answers: number;
  /** Names that the answers have, the first 20; empty where none was an object. */
  readonly fields: readonly string[];
}

/** The tally as a checkpoint keeps it. */
export interface ColumnSnapshot {
  [name: string]: number | string[];
  answers: number;
  filled: string[];
  fields: string[];
}

const MOST_FIELDS = 20;

/** Which of the columns over which answers are spread have had a value, over all parts of a run. */
export class ColumnTally {
  #answers: number;
  readonly #filled: Set<string>;
  readonly #fields: Set<string>;

  constructor(from?: ColumnSnapshot) {
    this.#answers = from?.answers ?? 0;
    this.#filled = new Set(from?.filled);
    this.#fields = new Set(from?.fields);
  }

  /** Answers so far. */
  get answers(): number {
    return this.#answers;
  }

  /**
   * Counts an answer.
   *
   * @param values what goes into the columns, in their order.
   * @param objectOf the answer as an object, which is made only as long as a column is empty.
   */
  add(
    columns: readonly SpreadColumn[],
    values: readonly (JsonValue | undefined)[],
    objectOf: () => JsonObject,
  ): void {
    this.#answers++;
    if (this.#filled.size === columns.length) return;
    for (const [index, { column }] of columns.entries()) if (isValue(values[index])) this.#filled.add(column);
    if (this.#filled.size === columns.length || this.#fields.size >= MOST_FIELDS) return;
    for (const name of Object.keys(objectOf()).slice(0, MOST_FIELDS - this.#fields.size))
      this.#fields.add(name);
  }

  /** Undefined where each column has a value, or where there is no answer yet. */
  emptyOf(columns: readonly SpreadColumn[]): EmptyColumns | undefined {
    const empty = columns.filter(({ column }) => !this.#filled.has(column));
    if (this.#answers === 0 || empty.length === 0) return undefined;
    return {
      columns: empty.map(({ column }) => column),
      answers: this.#answers,
      fields: [...this.#fields],
    };
  }

  snapshot(): ColumnSnapshot {
    return { answers: this.#answers, filled: [...this.#filled], fields: [...this.#fields] };
  }
}

function isValue(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && (typeof value !== 'string' || value.trim() !== '');
}
