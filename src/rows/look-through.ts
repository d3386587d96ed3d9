import { isUtf8 } from 'node:buffer';
import { DEEPEST } from '../json/nesting.js';
import type { ByteSource } from './byte-source.js';
import type { Layout } from './format.js';
import { MAX_RECORD_BYTES } from './read-blocks.js';
import type { Position } from './row.js';
import { arraySplitter } from './splitters/array-splitter.js';
import { objectInLine } from './splitters/object-in-line.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

export interface LookThroughOptions {
  readonly from: Position;
  /** Names that are known already; they come first. */
  readonly known: Iterable<string>;
  /** Reading ends after this row number, where one is given. */
  readonly lastRow?: number;
  /** Reading ends where there are more names than so many. */
  readonly most: number;
  readonly framing?: Layout['framing'];
}

/** A name, and the first row that has it; of those known before, nobody knows. */
export type NamesByRow = ReadonlyMap<string, number | undefined>;

/**
 * Finds the names that the objects of a JSONL file have at their top, in order of appearance. It is one pass over the
 * bytes that makes no strings and parses only lines with a name that is new, so that it costs a hundredth of a run.
 * Memory is that of one line and of the names. Lines that cannot be read name nothing.
 */
export async function lookThrough(source: ByteSource, options: LookThroughOptions): Promise<NamesByRow> {
  if (options.framing === 'array') return lookThroughArray(source, options);
  const { from, known, lastRow = Number.POSITIVE_INFINITY, most } = options;
  const finder = new NameFinder(known, from.row);
  /** Of the line that has not ended yet. */
  let open: Buffer[] = [];
  let openBytes = 0;
  for await (const chunk of source.read(from.offset)) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      finder.look(
        openBytes === 0 ? chunk.subarray(0, end) : Buffer.concat([...open, chunk.subarray(0, end)]),
        lastRow,
      );
      if (finder.row >= lastRow || finder.found.size > most) return finder.found;
      open = [];
      openBytes = 0;
    }
    openBytes += chunk.length - end;
    // A longer line is no row, whatever its rest may be.
    if (end < chunk.length && openBytes <= MAX_RECORD_BYTES) open.push(chunk.subarray(end));
  }
  if (openBytes > 0) finder.look(Buffer.concat([...open, Buffer.from('\n')]), lastRow);
  return finder.found;
}

/** The elements of an array, each as a line. */
async function lookThroughArray(
  source: ByteSource,
  { from, known, lastRow = Number.POSITIVE_INFINITY, most }: LookThroughOptions,
): Promise<NamesByRow> {
  const finder = new NameFinder(known, from.row);
  const splitter = arraySplitter(from.offset, MAX_RECORD_BYTES);
  for await (const chunk of source.read(from.offset)) {
    splitter.split(chunk);
    for (const text of splitter.texts) finder.look(Buffer.from(`${text}\n`), lastRow);
    splitter.clear();
    if (splitter.problem !== undefined || finder.row >= lastRow || finder.found.size > most) break;
  }
  return finder.found;
}

class NameFinder {
  readonly found = new Map<string, number | undefined>();
  /** Rows so far. */
  row: number;
  /** As they are written between their quotes, in the order in which rows usually have them. */
  readonly #written: Buffer[] = [];
  /** Where in `#written` each of them stands. */
  readonly #places = new Map<string, number>();

  constructor(known: Iterable<string>, row: number) {
    this.row = row;
    for (const name of known) {
      this.found.set(name, undefined);
      this.#remember(JSON.stringify(name).slice(1, -1));
    }
  }

  /** Looks through whole lines. */
  look(bytes: Buffer, lastRow: number): void {
    for (let start = 0; start < bytes.length && this.row < lastRow; ) {
      const end = bytes.indexOf(LINE_FEED, start);
      const fresh = this.#lookAtLine(bytes, start, end);
      if (fresh.length > 0) this.#take(fresh, bytes.subarray(start, end));
      start = end + 1;
    }
  }

  /** @returns the names in it that are new, as they are written. */
  #lookAtLine(bytes: Buffer, start: number, end: number): readonly string[] {
    let fresh: string[] | undefined;
    let isBlank = true;
    let isName = false;
    let depth = 0;
    /** The place of the name that comes next, where this row has those of the others in their order. */
    let next = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte > SPACE) isBlank = false;
      if (byte === QUOTE) {
        const from = at + 1;
        at = endOfString(bytes, from, end);
        if (!isName) continue;
        isName = false;
        if (isAt(bytes, from, at, this.#written[next])) next++;
        else {
          const written = bytes.toString('utf8', from, at);
          const known = this.#places.get(written);
          if (known === undefined) {
            fresh ??= [];
            fresh.push(written);
          } else next = known + 1;
        }
      } else if (byte === COMMA) isName = depth === 1;
      else if (byte === OPENING_BRACE) isName = ++depth === 1;
      else if (byte === OPENING_BRACKET) depth++;
      else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) depth--;
    }
    if (!isBlank) this.row++;
    return fresh ?? NONE;
  }

  #take(fresh: readonly string[], line: Buffer): void {
    if (!isObject(line)) return;
    for (const written of fresh) {
      const name = JSON.parse(`"${written}"`) as string;
      this.#remember(written);
      if (!this.found.has(name)) this.found.set(name, this.row);
    }
  }

  #remember(written: string): void {
    this.#places.set(written, this.#written.length);
    this.#written.push(Buffer.from(written));
  }
}

const NONE: readonly string[] = [];

/** Short strings are walked through; to call the search for a byte takes as long as so many steps. */
const STEPS = 48;

/** The place of the quote that ends a string whose text begins at `start`, or `lineEnd` where none does. */
function endOfString(bytes: Buffer, start: number, lineEnd: number): number {
  const near = Math.min(lineEnd, start + STEPS);
  let at = start;
  for (; at < near; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  for (at = bytes.indexOf(QUOTE, at); at !== -1 && at < lineEnd; at = bytes.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return lineEnd;
}

function isAt(bytes: Buffer, start: number, end: number, name: Buffer | undefined): boolean {
  if (name === undefined || name.length !== end - start) return false;
  for (let index = 0; index < name.length; index++) if (bytes[start + index] !== name[index]) return false;
  return true;
}

function isObject(line: Buffer): boolean {
  if (!isUtf8(line)) return false;
  return typeof objectInLine(line.toString('utf8').replace(/^\ufeff/, ''), DEEPEST) !== 'string';
}
