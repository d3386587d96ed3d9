/** Places of a table at most: two of them, of 8 bytes a place, hold two million questions. */
const MOST_PLACES = 2 ** 21;
const FIRST_PLACES = 2 ** 14;

/**
 * The questions of rows that were looked at, as many as it has room for; the oldest are forgotten together. Of a
 * question it keeps 48 bits: one in millions is taken for another's, and its row is sent later than it could be.
 */
export class RecentQuestions {
  #table = new Float64Array(FIRST_PLACES);
  #size = 0;
  #older: Float64Array | undefined;

  /**
   * @param question at least 8 characters of base64url.
   * @returns whether it is new.
   */
  add(question: string): boolean {
    const print = printOf(question);
    if (this.#older !== undefined && isIn(this.#older, print)) return false;
    if (!put(this.#table, print)) return false;
    this.#size++;
    if (2 * this.#size > this.#table.length) this.#makeRoom();
    return true;
  }

  #makeRoom(): void {
    const full = this.#table;
    if (full.length >= MOST_PLACES) {
      this.#older = full;
      this.#table = new Float64Array(FIRST_PLACES);
      this.#size = 0;
      return;
    }
    this.#table = new Float64Array(2 * full.length);
    for (const print of full) if (print !== 0) put(this.#table, print);
  }
}

/** From 1, below 2^48. */
function printOf(question: string): number {
  const bits = Buffer.from(question.slice(0, 8), 'base64url').readUIntBE(0, 6);
  return bits === 0 ? 1 : bits;
}

/** False where it was there. */
function put(table: Float64Array, print: number): boolean {
  const at = placeOf(table, print);
  if (table[at] === print) return false;
  table[at] = print;
  return true;
}

function isIn(table: Float64Array, print: number): boolean {
  return table[placeOf(table, print)] === print;
}

/** The place that it has, or would have: at least half of the places are free. */
function placeOf(table: Float64Array, print: number): number {
  let at = print % table.length;
  while (table[at] !== 0 && table[at] !== print) at = (at + 1) % table.length;
  return at;
}
