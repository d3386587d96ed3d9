/**
 * The members of a small, busy group that come and go all the time, such as calls in the air.
 *
 * A Set would do, but for this: each time its table is made anew, the old one still points to the members of
 * that moment and to the new table. In the old generation, where nobody looks before a full collection, such
 * a chain kept half of all requests alive and made collecting garbage five times as dear.
 */
export class InAir<T extends object> {
  readonly #places: (T | undefined)[] = [];
  readonly #free: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns the place that `delete` wants back. */
  add(member: T): number {
    const place = this.#free.pop() ?? this.#places.length;
    this.#places[place] = member;
    this.#size++;
    return place;
  }

  delete(place: number): void {
    if (this.#places[place] === undefined) return;
    this.#places[place] = undefined;
    this.#free.push(place);
    this.#size--;
  }

  all(): T[] {
    return this.#places.filter((member) => member !== undefined);
  }
}
