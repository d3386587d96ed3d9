import type { ByteSource } from './byte-source.js';
import type { Layout } from './format.js';
import { MAX_RECORD_BYTES } from './read-blocks.js';
import type { Position } from './row.js';
import { arraySplitter } from './splitters/array-splitter.js';
import { CsvRecords } from './splitters/csv-records.js';

const LINE_FEED = 0x0a;

/** Counts the records in chunks of bytes. */
interface RecordCounter {
  readonly found: number;
  count(chunk: Buffer): void;
  finish(): void;
}

/**
 * Counts the rows of an input, those before `from` included, without reading their values. For a display: it counts
 * bad rows too, and lines where a row has no end.
 */
export async function countRows(
  source: ByteSource,
  layout: Layout,
  from: Position,
  signal: AbortSignal,
): Promise<number> {
  const counter = counterOf(layout, from.offset);
  for await (const chunk of source.read(from.offset)) {
    if (signal.aborted) return from.row + counter.found;
    counter.count(chunk);
  }
  counter.finish();
  return from.row + counter.found;
}

function counterOf(layout: Layout, offset: number): RecordCounter {
  if (layout.framing === 'array') return new ElementCounter(offset);
  return layout.format === 'jsonl' ? new LineCounter() : new CsvCounter(layout, offset);
}

class LineCounter implements RecordCounter {
  found = 0;
  #last = LINE_FEED;

  count(chunk: Buffer): void {
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) this.found++;
    this.#last = chunk.at(-1) ?? this.#last;
  }

  finish(): void {
    if (this.#last !== LINE_FEED) this.found++;
  }
}

class ElementCounter implements RecordCounter {
  found = 0;
  readonly #splitter: ReturnType<typeof arraySplitter>;

  constructor(offset: number) {
    this.#splitter = arraySplitter(offset, MAX_RECORD_BYTES);
  }

  count(chunk: Buffer): void {
    this.#splitter.split(chunk);
    this.found += this.#splitter.ends.length;
    this.#splitter.clear();
  }

  finish(): void {}
}

class CsvCounter implements RecordCounter {
  found = 0;
  readonly #lineEnd: string;
  /** Undefined after a quote that is wrong. */
  #records: CsvRecords | undefined;

  constructor(layout: Layout, offset: number) {
    this.#lineEnd = layout.newline === '\r' ? '\r' : '\n';
    this.#records = new CsvRecords(layout, offset, MAX_RECORD_BYTES, (_bytes, start, end) => {
      if (end > start) this.found++;
    });
  }

  count(chunk: Buffer): void {
    if (this.#records !== undefined) {
      this.#records.split(chunk);
      if (this.#records.problem !== undefined) this.#records = undefined;
      return;
    }
    for (let at = chunk.indexOf(this.#lineEnd); at !== -1; at = chunk.indexOf(this.#lineEnd, at + 1))
      this.found++;
  }

  finish(): void {
    this.#records?.finish();
  }
}
