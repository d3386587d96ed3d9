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

  /**
   * Makes as much room as there was when a run was interrupted, for what is restored.
   *
   * @param bytes as `capacity` gave them.
   */
  makeRoom(bytes: number): void {
    if (bytes <= this.#ring.length) return;
    this.#isOfUse = true;
    this.#resize(Math.min(this.mostBytes, bytes));
  }

  /** The same as `add` for what is known from before an interruption. */
  restore(question: string, result: Remembered): void {
    if (this.#find(question) === undefined) this.#write(question, textOf(result), false);
  }

  /** Restores an answer that is a text, of which the UTF-8 is at hand from `from` to `to`. */
  restoreText(question: string, utf8: Buffer, from: number, to: number): void {
    if (this.#find(question) !== undefined) return;
    const bytes = TEXT.length + to - from;
    const start = this.#roomFor(HEAD + bytes, false);
    if (start === undefined) return;
    this.#ring.write(question + TEXT, start + 4, 'latin1');
    utf8.copy(this.#ring, start + HEAD + TEXT.length, from, to);
    this.#note(question, bytes);
  }

  #write(question: string, text: string, mayGrow: boolean): void {
    // A character takes at most three bytes.
    const start = this.#roomFor(HEAD + 3 * text.length, mayGrow);
    if (start === undefined) return;
    this.#note(question, this.#ring.write(question + text, start + 4, 'utf8') - QUESTION_LENGTH);
  }

  /**
   * Where in the ring the next entry begins, which takes so many bytes at most and lies in one piece: where the ring's end is
   * too near, it goes to its beginning. Undefined where it would push out most of the others.
   */
  #roomFor(most: number, mayGrow: boolean): number | undefined {
    for (;;) {
      const room = this.#ring.length;
      const start = this.#next % room;
      if (most <= room / 8 && start + most <= room) return start;
      if (mayGrow && room < this.mostBytes) this.#resize(Math.min(this.mostBytes, 2 * room));
      else if (most > room / 8) return undefined;
      else this.#next += room - start;
    }
  }

  /** Notes the entry that was written where the next one goes, with so many bytes behind its head. */
  #note(question: string, bytes: number): void {
    const at = this.#next;
    this.#ring.writeUInt32LE(bytes, at % this.#ring.length);
    this.#next += HEAD + bytes;
    const place = this.#placeFor(question);
    this.#places[place] = at;
    this.#tags[place] = tagOf(question);
  }

  #find(question: string): number | undefined {
    const tag = tagOf(question);
    const places = this.#places.length;
    let place = homeOf(question) % places;
    for (let step = 0; step < REACH; step++, place = place + 1 === places ? 0 : place + 1) {
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
    const places = this.#places.length;
    let place = homeOf(question) % places;
    let oldest = place;
    for (let step = 0; step < REACH; step++, place = place + 1 === places ? 0 : place + 1) {
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

  #textAt(at: number): string {
    const start = at % this.#ring.length;
    const text = start + HEAD;
    return this.#ring.toString('utf8', text, text + this.#ring.readUInt32LE(start));
  }

  /** More room, with all that is remembered, in the order in which it came. As bytes: as texts, it would be there three times. */
  #resize(bytes: number): void {
    const before = this.#ring;
    const entries = this.#places.filter((at) => at !== 0 && this.#isKept(at)).sort();
    this.#ring = Buffer.allocUnsafeSlow(bytes);
    [this.#places, this.#tags] = placesFor(bytes);
    this.#next = 1;
    for (const at of entries) {
      const start = at % before.length;
      const length = before.readUInt32LE(start);
      before.copy(this.#ring, this.#next, start, start + HEAD + length);
      this.#note(before.toString('latin1', start + 4, start + HEAD), length);
    }
  }
}

function textOf(result: Remembered): string {
  if ('failure' in result) return FAILED + stringifyJson(result.failure);
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
    ? { failure: parseJson(text.slice(FAILED.length), DEEPEST_KEPT) as unknown as Failure }
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
  for (let index = from; index < from + 5; index++) bits = (bits << 6) | (question.charCodeAt(index) & 63);
  return bits;
}

function placesFor(bytes: number): [Float64Array, Uint32Array] {
  const places = Math.ceil(bytes / BYTES_PER_PLACE);
  return [new Float64Array(places), new Uint32Array(places)];
}
