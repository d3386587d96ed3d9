/** Rows with one count of what was found before them. */
const BLOCK_ROWS = 1_024;
const WORD_BITS = 32;
const BLOCK_WORDS = BLOCK_ROWS / WORD_BITS;

/**
 * The places of the rows that a search has found, in their order, in a bit for each row: a search of 10,000,000 rows may find
 * nearly all, and there is one for each tab.
 *
 * @example
 * const places = new FoundPlaces();
 * places.add(3);
 * places.add(2_000);
 * places.slice(1, 2); // [2000]
 */
export class FoundPlaces {
  #bits = new Uint32Array(BLOCK_WORDS);
  /** Of each block: how many were found before it. */
  readonly #before: number[] = [0];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param place above all that were added before */
  add(place: number): void {
    const word = Math.floor(place / WORD_BITS);
    while (word >= this.#bits.length) this.#makeRoom();
    while (this.#before.length <= Math.floor(word / BLOCK_WORDS)) this.#before.push(this.#length);
    this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (place % WORD_BITS));
    this.#length++;
  }

  /** The places from the one found after `from` others up to the one found after `to` others, that one excluded. */
  slice(from: number, to: number): number[] {
    const found: number[] = [];
    const block = this.#blockOf(from);
    let at = this.#before[block] ?? 0;
    for (let word = block * BLOCK_WORDS; word < this.#bits.length && at < to; word++) {
      for (let bits = this.#bits[word] ?? 0; bits !== 0 && at < to; bits &= bits - 1, at++)
        if (at >= from) found.push(word * WORD_BITS + (WORD_BITS - 1 - Math.clz32(bits & -bits)));
    }
    return found;
  }

  /** The last block before which no more were found than so many. */
  #blockOf(found: number): number {
    let low = 0;
    let high = this.#before.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#before[middle] ?? 0) <= found) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #makeRoom(): void {
    const larger = new Uint32Array(2 * this.#bits.length);
    larger.set(this.#bits);
    this.#bits = larger;
  }
}
