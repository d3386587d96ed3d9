/** Two words of 32 bits a place: of two questions among four million, one in ten million times two are taken for one. */
const WORDS = 2;
const FIRST_PLACES = 2 ** 14;
const MOST_QUESTIONS = 4_000_000;

/**
 * The questions that were asked so far, by their hashes. It takes 16 to 32 bytes a question, outside of the heap,
 * 64 MB at most; what comes when it is full is not taken in.
 */
export class QuestionSet {
  #words = new Uint32Array(WORDS * FIRST_PLACES);
  #size = 0;
  #isFull = false;

  constructor(private readonly mostQuestions = MOST_QUESTIONS) {}

  /** True if a new question did not fit; its repeats count as new too. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /**
   * Whether this is the first time that the question is asked.
   *
   * @param question a hash of it, as `questionOf` makes it
   */
  isNew(question: string): boolean {
    const first = wordOf(question, 0);
    // No question is 0 and 0, which marks a place as free.
    const second = wordOf(question, question.length >> 1) || 1;
    const at = this.#find(first, second);
    if (this.#words[at + 1] !== 0) return false;
    if (this.#size >= this.mostQuestions) {
      this.#isFull = true;
      return true;
    }
    this.#words[at] = first;
    this.#words[at + 1] = second;
    this.#size++;
    // With few free places, finding one takes long.
    if (2 * WORDS * this.#size > this.#words.length) this.#grow();
    return true;
  }

  /** Index of the question, or of the free place for it. */
  #find(first: number, second: number): number {
    const words = this.#words;
    const mask = words.length - 1;
    let at = (first * WORDS) & mask;
    while (words[at + 1] !== 0 && (words[at] !== first || words[at + 1] !== second)) at = (at + WORDS) & mask;
    return at;
  }

  #grow(): void {
    const before = this.#words;
    this.#words = new Uint32Array(2 * before.length);
    for (let from = 0; from < before.length; from += WORDS) {
      const first = before[from] ?? 0;
      const second = before[from + 1] ?? 0;
      if (second === 0) continue;
      const at = this.#find(first, second);
      this.#words[at] = first;
      this.#words[at + 1] = second;
    }
  }
}

/** 32 bits of the half of a hash that begins at `from` (FNV-1a). */
function wordOf(question: string, from: number): number {
  let word = 0x811c9dc5;
  const to = from + (question.length >> 1);
  for (let index = from; index < to; index++) word = Math.imul(word ^ question.charCodeAt(index), 0x01000193);
  return word >>> 0;
}
