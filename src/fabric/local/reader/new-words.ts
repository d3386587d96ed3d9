import { ownCopy } from '../../own-copy.js';

/** Words that are remembered; beyond, all are dropped before the next text. */
const MOST_WORDS = 20_000;

/** No text is. */
const NEVER = -1;

/**
 * Words that the model does not know, each at a place from 0. A word is known only in the text that uses it. Its place
 * is remembered, and what was found out about it there, since texts of one file have many words in common.
 */
export class NewWords {
  readonly #places = new Map<string, number>();
  readonly #words: string[] = [];
  readonly #categories: number[] = [];
  /** The last text that used it. */
  readonly #usedIn: number[] = [];
  #text = 0;
  #generation = 0;

  /** Goes up when all are dropped: places from before hold no longer. */
  get generation(): number {
    return this.#generation;
  }

  /** From now on no word is in use. Drops all where there are too many: they would fill the memory. */
  beginText(): void {
    this.#text += 1;
    if (this.#words.length <= MOST_WORDS) return;
    this.#generation += 1;
    this.#places.clear();
    for (const column of [this.#words, this.#categories, this.#usedIn]) column.length = 0;
  }

  /** The place of a word that this text uses. */
  find(word: string): number | undefined {
    const place = this.#places.get(word);
    return place !== undefined && this.#usedIn[place] === this.#text ? place : undefined;
  }

  /** A place for a word, used or not. */
  place(word: string): number {
    const known = this.#places.get(word);
    if (known !== undefined) return known;
    const own = ownCopy(word);
    const place = this.#words.push(own) - 1;
    this.#places.set(own, place);
    this.#categories.push(0);
    this.#usedIn.push(NEVER);
    return place;
  }

  isUsed(place: number): boolean {
    return this.#usedIn[place] === this.#text;
  }

  /**
   * Uses a word in this text.
   *
   * @param category its kind of token; the first use in a text decides
   * @returns whether the text did not use it before, and the last one that did had another category
   */
  use(place: number, category: number): boolean {
    if (this.#usedIn[place] === this.#text) return false;
    this.#usedIn[place] = this.#text;
    if (this.#categories[place] === category) return false;
    this.#categories[place] = category;
    return true;
  }

  word(place: number): string {
    return this.#words[place] ?? '';
  }

  category(place: number): number {
    return this.#categories[place] ?? 0;
  }
}
