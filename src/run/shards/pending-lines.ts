/** Of UTF-8, for one of UTF-16: a pair takes four. */
const MOST_BYTES_A_CHARACTER = 3;
const NEWLINE = 0x0a;

/**
 * Lines that wait to be written, to one file or to several, as the bytes that they are there: as strings, each would
 * live long enough to be copied about by the collector.
 */
export class PendingLines {
  #buffer: Buffer;
  #bytes = 0;
  /** Consecutive lines of one file are one part. */
  #parts: { readonly file: number; readonly start: number; end: number }[] = [];

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
  }

  /** Takes a line without its end. False where there is no room for it before the others are written; alone, it always fits. */
  add(file: number, line: string): boolean {
    const most = line.length * MOST_BYTES_A_CHARACTER + 1;
    if (this.#bytes + most > this.#buffer.length) {
      if (this.#bytes > 0) return false;
      this.#buffer = Buffer.allocUnsafeSlow(most);
    }
    const start = this.#bytes;
    this.#bytes += this.#buffer.write(line, start);
    this.#buffer[this.#bytes++] = NEWLINE;
    const last = this.#parts.at(-1);
    if (last?.file === file) last.end = this.#bytes;
    else this.#parts.push({ file, start, end: this.#bytes });
    return true;
  }

  /** All of them, by file, with their ends. The bytes are good until the next `add`. */
  take(): ReadonlyMap<number, readonly Uint8Array[]> {
    const byFile = new Map<number, Uint8Array[]>();
    for (const { file, start, end } of this.#parts) {
      const pieces = byFile.get(file);
      const piece = this.#buffer.subarray(start, end);
      if (pieces === undefined) byFile.set(file, [piece]);
      else pieces.push(piece);
    }
    this.#parts = [];
    this.#bytes = 0;
    return byFile;
  }
}
