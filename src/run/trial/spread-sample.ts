/** Strata that are kept for each item wanted: so many that the last choice among them is an even one. */
const STRATA_PER_ITEM = 4;

/**
 * Picks items that are spread over a sequence of unknown length: the sequence is cut into equal strata, and one item of
 * each is taken at random. (Every n-th item would be an unlucky choice where every n-th row is of a kind.) It holds at most
 * four times as many items as are wanted.
 */
export class SpreadSample<T> {
  /** An item of each stratum that is over. */
  #kept: T[] = [];
  /** Items a stratum. */
  #size = 1;
  /** Of the stratum that is not over: how many items it had, and the one chosen among them. */
  #seen = 0;
  #chosen: T[] = [];

  /** @param random 0 to 1 */
  constructor(
    private readonly wanted: number,
    private readonly random: () => number,
  ) {}

  add(item: T): void {
    this.#seen++;
    if (this.#seen === 1 || this.random() * this.#seen < 1) this.#chosen = [item];
    if (this.#seen < this.#size) return;
    this.#kept.push(...this.#chosen);
    this.#seen = 0;
    if (this.#kept.length >= STRATA_PER_ITEM * this.wanted) this.#halve();
  }

  /** The items, in their order: as many as wanted, or all where there are fewer. */
  items(): T[] {
    const isHalfOver = 2 * this.#seen >= this.#size && this.#seen > 0;
    const strata = isHalfOver ? [...this.#kept, ...this.#chosen] : this.#kept;
    if (strata.length <= this.wanted) return strata;
    const items: T[] = [];
    for (let index = 0; index < this.wanted; index++) {
      const from = Math.floor((index * strata.length) / this.wanted);
      const to = Math.floor(((index + 1) * strata.length) / this.wanted);
      const chosen = from + Math.floor(this.random() * (to - from));
      items.push(...strata.slice(chosen, chosen + 1));
    }
    return items;
  }

  /** Each two strata become one. */
  #halve(): void {
    const halved: T[] = [];
    for (let index = 0; index + 1 < this.#kept.length; index += 2) {
      const chosen = this.random() < 0.5 ? index : index + 1;
      halved.push(...this.#kept.slice(chosen, chosen + 1));
    }
    this.#kept = halved;
    this.#size *= 2;
  }
}
