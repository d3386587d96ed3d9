import type { RecordSplitter } from './record-splitter.js';

const LINE_FEED = 0x0a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Splits JSONL text into its lines, without empty ones. */
export function jsonlSplitter(startOffset: number, maxRecordBytes: number): RecordSplitter<string> {
  return new JsonlSplitter(startOffset, maxRecordBytes);
}

class JsonlSplitter implements RecordSplitter<string> {
  records: string[] = [];
  ends: number[] = [];
  problem: string | undefined;
  readonly damage = 'record';
  /** Chunks of the line that has not ended yet. */
  #open: Buffer[] = [];
  #openBytes = 0;
  #offset: number;

  constructor(
    startOffset: number,
    private readonly maxRecordBytes: number,
  ) {
    this.#offset = startOffset;
  }

  split(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      this.#line(chunk, start, end, end + 1 - start);
      start = end + 1;
    }
    if (start < chunk.length) {
      this.#open.push(chunk.subarray(start));
      this.#openBytes += chunk.length - start;
    }
    if (this.#openBytes > this.maxRecordBytes) {
      this.problem = `wanted a line of at most ${this.maxRecordBytes} bytes, got a longer one`;
    }
  }

  finish(): void {
    if (this.#openBytes > 0) this.#line(Buffer.alloc(0), 0, 0, 0);
  }

  get texts(): readonly string[] {
    return this.records;
  }

  clear(): void {
    this.records = [];
    this.ends = [];
  }

  #line(chunk: Buffer, start: number, end: number, bytes: number): void {
    let line = chunk;
    let from = start;
    let to = end;
    const lineOffset = this.#offset;
    this.#offset += this.#openBytes + bytes;
    if (this.#openBytes > 0) {
      line = Buffer.concat([...this.#open, chunk.subarray(start, end)]);
      from = 0;
      to = line.length;
      this.#open = [];
      this.#openBytes = 0;
    }
    if (lineOffset === 0 && line.subarray(from, from + 3).equals(BOM)) from += 3;
    if (to > from && line[to - 1] === 0x0d) to--;
    if (from === to) return;
    const text = line.toString('utf8', from, to);
    if (text.trim() === '') return;
    this.records.push(text);
    this.ends.push(this.#offset);
  }
}
