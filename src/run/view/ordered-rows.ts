/** What a row is ordered by, with its place. */
interface OrderedRow {
  readonly at: number;
  /** A number where the text is one; undefined where there is none. */
  readonly value: number | string | undefined;
}

/** Characters that an order looks at. */
const COMPARED = 100;

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/**
 * The first rows of an order, in bounded memory: rows that cannot be among them are forgotten. Numbers come before
 * texts, and rows without a value last, whichever way the order goes; equal ones in the order of the file.
 *
 * @example
 * const first = new OrderedRows(1_000, true);
 * first.add(1, '3');
 * first.add(2, '12');
 * first.places(); // [2, 1]
 */
export class OrderedRows {
  #rows: OrderedRow[] = [];
  #isSorted = true;

  /** @param most rows that are kept */
  constructor(
    private readonly most: number,
    private readonly descending: boolean,
  ) {}

  add(at: number, text: string): void {
    this.#rows.push({ at, value: orderOf(text) });
    this.#isSorted = false;
    if (this.#rows.length >= 2 * this.most) this.#prune();
  }

  places(): readonly number[] {
    if (!this.#isSorted || this.#rows.length > this.most) this.#prune();
    return this.#rows.map(({ at }) => at);
  }

  #prune(): void {
    const sign = this.descending ? -1 : 1;
    this.#rows.sort((a, b) => compare(a.value, b.value, sign) || a.at - b.at);
    this.#rows.length = Math.min(this.#rows.length, this.most);
    this.#isSorted = true;
  }
}

function orderOf(text: string): OrderedRow['value'] {
  if (text === '') return undefined;
  return NUMBER.test(text) ? Number(text) : text.slice(0, COMPARED).toLowerCase();
}

function compare(a: OrderedRow['value'], b: OrderedRow['value'], sign: number): number {
  if (rankOf(a) !== rankOf(b)) return rankOf(a) - rankOf(b);
  if (a === b || a === undefined || b === undefined) return 0;
  return a < b ? -sign : sign;
}

function rankOf(value: OrderedRow['value']): number {
  if (typeof value === 'number') return 0;
  return value === undefined ? 2 : 1;
}
