import type { Answer } from '../fabric/fabric.js';
import type { Failure } from '../fabric/row-result.js';
import { DEEPEST_KEPT } from '../json/nesting.js';
import { parseJson } from '../json/parse-json.js';
import { stringifyJson } from '../json/stringify-json.js';

/** What a memory begins with; a run in which it is of use gets more. */
const FIRST_BYTES = 6 * 1024 * 1024;
const MOST_BYTES = 64 * 1024 * 1024;

/** Of a question, in characters of one byte each. */
export const QUESTION_LENGTH = 22;

/** Bytes of an entry before its answer: the answer's length, and the question. */
const HEAD = 4 + QUESTION_LENGTH;

/** There is a place in the table for so many bytes of entries: half of the places stay free where answers are short. */
const BYTES_PER_PLACE = 24;

/**
 * How far from its own place an entry is looked for; where none of these is free, the oldest entry loses its place. In
 * a table that is half full, one entry in 200,000 does; with a reach of 8 it was one in 500.
 */
const REACH = 64;

/**
 * No JSON begins with them: they tell a failure, an answer that is a text and stands there as it is, and a line with the
 * model that answered before an answer.
 */
const FAILED = '!';
const TEXT = "'";
const MODEL = '@';

/** Half of a surrogate pair has no place in UTF-8, but has one in JSON. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What became of a question: the answer, or a failure that another try would not mend. */
export type Remembered =
  | {
      readonly answer: Answer;
      /** The model that gave it, where it is another than the one asked for. */
      readonly model?: string;
    }
  | { readonly failure: Failure };

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
  /** A part of the place's question, so that the ring is looked at only where the question may well be. */
  #tags: Uint32Array;
  /** Where the next entry goes, counted alike; the first one goes to 1. */
  #next = 1;
  /** Something was found in it: it is worth more room. */
  #isOfUse = false;

  constructor(
    firstBytes = FIRST_BYTES,
    private readonly mostBytes = MOST_BYTES,
  ) {
    this.#ring = Buffer.allocUnsafeSlow(firstBytes);
    [this.#places, this.#tags] = placesFor(firstBytes);
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
    const bytes = this.#ring.write(question + text, start + 4, 'utf8') - QUESTION_LENGTH;
    this.#ring.writeUInt32LE(bytes, start);
    this.#next += HEAD + bytes;
    const place = this.#placeFor(question);
    this.#places[place] = at;
    this.#tags[place] = tagOf(question);
  }

  #find(question: string): number | undefined {
    const home = homeOf(question);
    const tag = tagOf(question);
    const places = this.#places.length;
    for (let step = 0; step < REACH; step++) {
      const place = (home + step) % places;
      if (this.#tags[place] === tag) {
        const at = this.#places[place] ?? 0;
        if (this.#isKept(at) && this.#isOf(question, at)) return at;
      } else if (this.#tags[place] === 0) {
        return undefined;
      }
    }
    return undefined;
  }

  #placeFor(question: string): number {
    const home = homeOf(question);
    const places = this.#places.length;
    let oldest = home % places;
    for (let step = 0; step < REACH; step++) {
      const place = (home + step) % places;
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
    const start = (at % this.#ring.length) + 4;
    for (let index = 0; index < QUESTION_LENGTH; index++)
      if (this.#ring[start + index] !== question.charCodeAt(index)) return false;
    return true;
  }

  #questionAt(at: number): string {
    const start = (at % this.#ring.length) + 4;
    return this.#ring.toString('latin1', start, start + QUESTION_LENGTH);
  }

  #textAt(at: number): string {
    const start = at % this.#ring.length;
    const text = start + HEAD;
    return this.#ring.toString('utf8', text, text + this.#ring.readUInt32LE(start));
  }

  /** Twice the room, with all that is remembered, in the order in which it came. */
  #grow(): void {
    const entries = [...this.#places]
      .filter((at) => at !== 0 && this.#isKept(at))
      .sort((a, b) => a - b)
      .map((at) => ({ question: this.#questionAt(at), text: this.#textAt(at) }));
    this.#ring = Buffer.allocUnsafeSlow(Math.min(this.mostBytes, 2 * this.#ring.length));
    [this.#places, this.#tags] = placesFor(this.#ring.length);
    this.#next = 1;
    for (const { question, text } of entries) this.#write(question, text, false);
  }
}

function textOf(result: Remembered): string {
  if ('failure' in result) return FAILED + JSON.stringify(result.failure);
  const { answer, model } = result;
  if (model !== undefined) return `${MODEL}${JSON.stringify(model)}\n${textOf({ answer })}`;
  return typeof answer === 'string' && !LONE_SURROGATE.test(answer) ? TEXT + answer : stringifyJson(answer);
}

function remembered(text: string): Remembered {
  if (text.startsWith(MODEL)) {
    const end = text.indexOf('\n');
    const model = JSON.parse(text.slice(MODEL.length, end)) as string;
    return { ...remembered(text.slice(end + 1)), model };
  }
  if (text.startsWith(TEXT)) return { answer: text.slice(TEXT.length) };
  return text.startsWith(FAILED)
    ? { failure: JSON.parse(text.slice(FAILED.length)) as Failure }
    : { answer: parseJson(text, DEEPEST_KEPT) };
}

/** Questions are hashes: their first characters are as good as any. (5 of base64 are 30 bits.) */
function homeOf(question: string): number {
  return bitsOf(question, 0);
}

/** Other characters than those that tell the place; never 0. */
function tagOf(question: string): number {
  return bitsOf(question, 5) + 1;
}

function bitsOf(question: string, from: number): number {
  let bits = 0;
  for (let index = from; index < from + 5; index++) bits = bits * 64 + (question.charCodeAt(index) & 63);
  return bits;
}

function placesFor(bytes: number): [Float64Array, Uint32Array] {
  const places = Math.ceil(bytes / BYTES_PER_PLACE);
  return [new Float64Array(places), new Uint32Array(places)];
}
