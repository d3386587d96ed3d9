import { GrowingBytes } from './growing-bytes.js';
import { onOneLine } from './on-one-line.js';
import type { RecordSplitter } from './record-splitter.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const BOM = Buffer.from('\ufeff');

/** What is expected next, outside an element. */
type Expected = 'array' | 'element or end' | 'element' | 'comma or end' | 'nothing';

/**
 * Finds the elements of one JSON array (RFC 8259), chunk by chunk, by brackets and strings alone.
 *
 * It does not check elements: one that is not JSON becomes an unreadable row, as a line of JSONL would. Streaming parsers
 * give values, and refuse the file for such an element; a row needs its text (no digit may change) and the offset
 * after it, from which a resumed run reads on in the middle of the array.
 */
export function arraySplitter(startOffset: number, maxRecordBytes: number): RecordSplitter<string> {
  return new ArraySplitter(startOffset, maxRecordBytes);
}

class ArraySplitter implements RecordSplitter<string> {
  records: string[] = [];
  texts: string[] = [];
  ends: number[] = [];
  problem: string | undefined;
  readonly damage = 'file';
  #expected: Expected;
  /** The bytes of the element that has not ended, and how far they have been scanned. */
  readonly #open = new GrowingBytes();
  #seen = 0;
  /** Open brackets of the element; -1 outside of one. */
  #depth = -1;
  #isString = false;

  constructor(
    /** Of the first byte of `#open`. */
    private offset: number,
    private readonly maxRecordBytes: number,
  ) {
    this.#expected = offset === 0 ? 'array' : 'comma or end';
  }

  split(chunk: Buffer): void {
    if (this.problem !== undefined) return;
    this.#open.append(chunk);
    const { bytes } = this.#open;
    let start = 0;
    let at = this.#seen;
    while (at < bytes.length && this.problem === undefined) {
      if (this.#depth === -1) {
        at = this.#between(bytes, at);
        start = at;
        if (this.#depth === -1) continue;
      }
      const end = this.#endOfElement(bytes, at, start);
      if (end === undefined) {
        at = bytes.length;
        break;
      }
      this.#take(bytes, start, end);
      start = end;
      at = end;
    }
    this.#open.drop(start);
    this.#seen = at - start;
    this.offset += start;
    if (this.#open.length > this.maxRecordBytes)
      this.problem ??= `wanted an element of at most ${this.maxRecordBytes} bytes, got a longer one`;
  }

  finish(): void {
    if (this.problem !== undefined || this.#expected === 'nothing') return;
    this.problem =
      this.#expected === 'array'
        ? NO_ARRAY
        : `wanted the array's closing ], got the end of the file${this.#depth === -1 ? '' : ' inside this row'} (is it whole?)`;
  }

  clear(): void {
    this.records = [];
    this.texts = [];
    this.ends = [];
  }

  /** Skips the bytes between two elements. @returns where the next one starts, or the end of `bytes`. */
  #between(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
      switch (this.#expected) {
        case 'array':
          if (this.offset + at < BOM.length && byte === BOM[this.offset + at]) continue;
          if (byte !== OPEN_BRACKET) return this.#refuse(bytes, NO_ARRAY);
          this.#expected = 'element or end';
          continue;
        case 'comma or end':
          if (byte === COMMA) this.#expected = 'element';
          else if (byte === CLOSE_BRACKET) this.#expected = 'nothing';
          else
            return this.#refuse(
              bytes,
              'wanted a comma or the closing ] after the row before, got something else',
            );
          continue;
        case 'nothing':
          return this.#refuse(bytes, "wanted nothing after the array's closing ], got more text");
        default:
          if (byte === CLOSE_BRACKET && this.#expected === 'element or end') {
            this.#expected = 'nothing';
            continue;
          }
          if (byte === COMMA || byte === CLOSE_BRACKET || byte === CLOSE_BRACE)
            return this.#refuse(bytes, `wanted a row, got "${String.fromCharCode(byte)}"`);
          this.#depth = 0;
          this.#isString = false;
          return at;
      }
    }
    return bytes.length;
  }

  #refuse(bytes: Buffer, problem: string): number {
    this.problem = problem;
    return bytes.length;
  }

  /** Scans an element. @returns the index after its last byte, or undefined where that is still to come. */
  #endOfElement(bytes: Buffer, from: number, start: number): number | undefined {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (this.#isString) {
        const quote = bytes.indexOf(QUOTE, at);
        if (quote === -1) return undefined;
        at = quote;
        if (isEscaped(bytes, quote, start)) continue;
        this.#isString = false;
        if (this.#depth === 0) return at + 1;
      } else if (byte === QUOTE) this.#isString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        // A number or a word ends before the bracket that ends the array.
        if (this.#depth === 0) return at;
        this.#depth--;
        if (this.#depth === 0) return at + 1;
      } else if (byte === COMMA && this.#depth === 0) return at;
    }
    return undefined;
  }

  #take(bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString('utf8', start, end);
    this.records.push(text);
    this.texts.push(onOneLine(text));
    this.ends.push(this.offset + end);
    this.#depth = -1;
    this.#expected = 'comma or end';
  }
}

const NO_ARRAY =
  'wanted one array of objects, [{…}, {…}], got something else (for an object a line add --format jsonl)';

function isEscaped(bytes: Buffer, at: number, from: number): boolean {
  let start = at;
  while (start > from && bytes[start - 1] === BACKSLASH) start--;
  return (at - start) % 2 === 1;
}
