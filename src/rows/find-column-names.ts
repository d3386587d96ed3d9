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

export interface ColumnNamesOptions {
  readonly from: Position;
  /** Names known beforehand; they come first. */
  readonly known: Iterable<string>;
  /** Reading ends after this row number, where one is given. */
  readonly lastRow?: number;
  /** Reading ends where there are more names than this. */
  readonly most: number;
  readonly framing?: Layout['framing'];
}

/** Each name with the first row that has it; undefined for names known beforehand. */
export type NamesByRow = ReadonlyMap<string, number | undefined>;

/**
 * Finds the names at the top of a JSONL file's objects, in order of appearance. One pass over the bytes makes no strings
 * and parses only lines with a new name, so that it costs a hundredth of a run. Memory is that of one line and of the
 * names. Unreadable lines are passed over.
 */
export async function findColumnNames(source: ByteSource, options: ColumnNamesOptions): Promise<NamesByRow> {
  if (options.framing === 'array') return findNamesInArray(source, options);
  const { from, known, lastRow = Number.POSITIVE_INFINITY, most } = options;
  const finder = new NameFinder(known, from.row);
  /** The chunks of the line that has not ended yet. */
  let open: Buffer[] = [];
  let openBytes = 0;
  for await (const chunk of source.read(from.offset)) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      finder.read(
        openBytes === 0 ? chunk.subarray(0, end) : Buffer.concat([...open, chunk.subarray(0, end)]),
        lastRow,
      );
      if (finder.row >= lastRow || finder.found.size > most) return finder.found;
      open = [];
      openBytes = 0;
    }
    openBytes += chunk.length - end;
    // A longer line is unreadable as a row.
    if (end < chunk.length && openBytes <= MAX_RECORD_BYTES) open.push(chunk.subarray(end));
  }
  if (openBytes > 0) finder.read(Buffer.concat([...open, Buffer.from('\n')]), lastRow);
  return finder.found;
}

/** Reads the elements of an array as lines. */
async function findNamesInArray(
  source: ByteSource,
  { from, known, lastRow = Number.POSITIVE_INFINITY, most }: ColumnNamesOptions,
): Promise<NamesByRow> {
  const finder = new NameFinder(known, from.row);
  const splitter = arraySplitter(from.offset, MAX_RECORD_BYTES);
  for await (const chunk of source.read(from.offset)) {
    splitter.split(chunk);
    for (const text of splitter.texts) finder.read(Buffer.from(`${text}\n`), lastRow);
    splitter.clear();
    if (splitter.problem !== undefined || finder.row >= lastRow || finder.found.size > most) break;
  }
  return finder.found;
}

class NameFinder {
  readonly found = new Map<string, number | undefined>();
  /** Rows so far. */
  row: number;
  /** The names as written between their quotes, in the usual order of rows. */
  readonly #written: Buffer[] = [];
  /** The index of each in `#written`. */
  readonly #places = new Map<string, number>();

  constructor(known: Iterable<string>, row: number) {
    this.row = row;
    for (const name of known) {
      this.found.set(name, undefined);
      this.#remember(JSON.stringify(name).slice(1, -1));
    }
  }

  /** Reads whole lines. */
  read(bytes: Buffer, lastRow: number): void {
    for (let start = 0; start < bytes.length && this.row < lastRow; ) {
      const end = bytes.indexOf(LINE_FEED, start);
      const fresh = this.#newNamesIn(bytes, start, end);
      if (fresh.length > 0) this.#take(fresh, bytes.subarray(start, end));
      start = end + 1;
    }
  }

  /** @returns the new names in the line, as they are written. */
  #newNamesIn(bytes: Buffer, start: number, end: number): readonly string[] {
    let fresh: string[] | undefined;
    let isBlank = true;
    let isName = false;
    let depth = 0;
    /** The index of the name that comes next where this row has the usual order. */
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

/** Strings up to this length are read byte by byte, which is as fast as one call of `indexOf`. */
const STEPS = 48;

/** The index of the quote that ends a string whose text begins at `start`, or `lineEnd` where none does. */
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
