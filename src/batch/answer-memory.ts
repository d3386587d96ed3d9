import type { Answer } from '../fabric/fabric.js';
import type { Failure } from '../fabric/row-result.js';

/** What a memory begins with; a run in which it is of use gets more. */
const FIRST_BYTES = 6 * 1024 * 1024;
const MOST_BYTES = 64 * 1024 * 1024;

/** Of a question, in characters of one byte each. */
export const QUESTION_LENGTH = 22;

/** Bytes of an entry before its answer: the question, and the answer's length. */
const HEAD = QUESTION_LENGTH + 4;

/** There is a place in the table for so many bytes of entries: half of the places stay free where answers are short. */
const BYTES_PER_PLACE = 24;

/**
 * How far from its own place an entry is looked for; where none of these is free, the oldest entry loses its place. In
 * a table that is half full, one entry in 200,000 does; with a reach of 8 it was one in 500.
 */
const REACH = 64;

/** No JSON begins with it: it tells a failure from an answer. */
const FAILED = '!';

/** What became of a question: the answer, or a failure that another try would not mend. */
export type Remembered = { readonly answer: Answer } | { readonly failure: Failure };

/**
 * What became of the last questions; the oldest are forgotten when the room is used up.
 *
 * It lies outside of the heap: a ring of bytes that is written round and round, and a table that says where in it an
 * entry begins. In a map of strings, every answer would live long enough to be copied about by the collector, which
 * costs a tenth of a run at full speed.
 */
export class AnswerMemory {
  #ring: Buffer;
  /** Where the entry of a place begins, counted from the first byte ever written; 0 where there is none. */
  #places: Float64Array;
  /** Where the next entry goes, counted alike; the first one goes to 1. */
  #next = 1;
  /** Something was found in it: it is worth more room. */
  #isOfUse = false;

  constructor(
    firstBytes = FIRST_BYTES,
    private readonly mostBytes = MOST_BYTES,
  ) {
    this.#ring = Buffer.allocUnsafeSlow(firstBytes);
    this.#places = placesFor(firstBytes);
  }

  /** Bytes of questions and answers that it has room for. */
  get capacity(): number {
    return this.#ring.length;
  }

  /** What became of a question, where it is remembered. */
  find(question: string): Remembered | undefined {
    const at = this.#find(question);
    if (at === undefined) return undefined;
    this.#isOfUse = true;
    return remembered(this.#textAt(at));
  }

  /** Remembers what became of a question that it does not know; what takes more than an eighth of the room is not. */
  add(question: string, result: Remembered): void {
    this.#write(question, textOf(result), this.#isOfUse);
  }

  /** The same for what is known from before an interruption, for which it makes as much room as there was then. */
  restore(question: string, result: Remembered): void {
    if (this.#find(question) === undefined) this.#write(question, textOf(result), true);
  }

  #write(question: string, text: string, mayGrow: boolean): void {
    // A character takes at most three bytes.
    const most = HEAD + 3 * text.length;
    if (most > this.#ring.length / 8) {
      if (!mayGrow || this.#ring.length >= this.mostBytes) return;
      this.#grow();
      this.#write(question, text, mayGrow);
      return;
    }
    // An entry lies in one piece: where the ring's end is too near, it goes to its beginning.
    const left = this.#ring.length - (this.#next % this.#ring.length);
    if (most > left) {
      if (mayGrow && this.#ring.length < this.mostBytes) {
        this.#grow();
        this.#write(question, text, mayGrow);
        return;
      }
      this.#next += left;
    }
    const at = this.#next;
    const start = at % this.#ring.length;
    this.#ring.write(question, start, 'latin1');
    const bytes = this.#ring.write(text, start + HEAD, 'utf8');
    this.#ring.writeUInt32LE(bytes, start + QUESTION_LENGTH);
    this.#next += HEAD + bytes;
    this.#places[this.#placeFor(question)] = at;
  }

  #find(question: string): number | undefined {
    const home = homeOf(question);
    for (let step = 0; step < REACH; step++) {
      const at = this.#places[(home + step) % this.#places.length] ?? 0;
      if (at === 0) return undefined;
      if (this.#isKept(at) && this.#isOf(question, at)) return at;
    }
    return undefined;
  }

  #placeFor(question: string): number {
    const home = homeOf(question);
    let oldest = home % this.#places.length;
    for (let step = 0; step < REACH; step++) {
      const place = (home + step) % this.#places.length;
      const at = this.#places[place] ?? 0;
      if (at === 0 || !this.#isKept(at)) return place;
      if (at < (this.#places[oldest] ?? 0)) oldest = place;
    }
    return oldest;
  }

  /** It has not been written over. */
  #isKept(at: number): boolean {
    return this.#next - at <= this.#ring.length;
  }

  #isOf(question: string, at: number): boolean {
    const start = at % this.#ring.length;
    for (let index = 0; index < QUESTION_LENGTH; index++)
      if (this.#ring[start + index] !== question.charCodeAt(index)) return false;
    return true;
  }

  #questionAt(at: number): string {
    const start = at % this.#ring.length;
    return this.#ring.toString('latin1', start, start + QUESTION_LENGTH);
  }

  #textAt(at: number): string {
    const start = (at % this.#ring.length) + HEAD;
    return this.#ring.toString('utf8', start, start + this.#ring.readUInt32LE(start - 4));
  }

  /** Twice the room, with all that is remembered, in the order in which it came. */
  #grow(): void {
    const entries = [...this.#places]
      .filter((at) => at !== 0 && this.#isKept(at))
      .sort((a, b) => a - b)
      .map((at) => ({ question: this.#questionAt(at), text: this.#textAt(at) }));
    this.#ring = Buffer.allocUnsafeSlow(Math.min(this.mostBytes, 2 * this.#ring.length));
    this.#places = placesFor(this.#ring.length);
    this.#next = 1;
    for (const { question, text } of entries) this.#write(question, text, false);
  }
}

function textOf(result: Remembered): string {
  return 'answer' in result ? JSON.stringify(result.answer) : FAILED + JSON.stringify(result.failure);
}

function remembered(text: string): Remembered {
  return text.startsWith(FAILED)
    ? { failure: JSON.parse(text.slice(FAILED.length)) as Failure }
    : { answer: JSON.parse(text) as Answer };
}

/** Questions are hashes: their first characters are as good as any. (5 of base64 are 30 bits.) */
function homeOf(question: string): number {
  let home = 0;
  for (let index = 0; index < 5; index++) home = home * 64 + (question.charCodeAt(index) & 63);
  return home;
}

function placesFor(bytes: number): Float64Array {
  return new Float64Array(Math.ceil(bytes / BYTES_PER_PLACE));
}
