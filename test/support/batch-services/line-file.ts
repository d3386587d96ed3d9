import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { LineMischief } from './knobs.js';

/** The lines of a file, without their ends; blank ones too. */
export async function* linesOfFile(path: string): AsyncGenerator<string> {
  for await (const lines of blocksOfLines(path)) yield* lines;
}

/** The same some hundred at once: an iteration a line costs more than the line. */
export async function* blocksOfLines(path: string): AsyncGenerator<string[]> {
  let begun: Buffer = Buffer.alloc(0);
  for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    const bytes = begun.length === 0 ? piece : Buffer.concat([begun, piece]);
    const end = bytes.lastIndexOf(0x0a);
    if (end === -1) {
      begun = bytes;
      continue;
    }
    begun = Buffer.from(bytes.subarray(end + 1));
    yield bytes.toString('utf8', 0, end).split('\n');
  }
  if (begun.length > 0) yield [begun.toString('utf8')];
}

const BLOCK = 500;

/** Writes the lines of a file of results, with what is odd about them. */
export class LineFile {
  #block: string[] = [];
  #waiting: string[] = [];
  #waitingBytes = 0;
  #handle: FileHandle | undefined;
  lines = 0;
  bytes = 0;

  constructor(
    readonly path: string,
    private readonly mischief: LineMischief = {},
  ) {}

  /** Who adds many has them written now and then. */
  add(line: string): void {
    this.#block.push(line);
    this.lines++;
    const { duplicateEvery } = this.mischief;
    if (duplicateEvery !== undefined && this.lines % duplicateEvery === 0) this.#block.push(line);
    if (this.#block.length >= BLOCK && this.mischief.order !== 'reversed') this.#putBlock();
  }

  /** Ends the file. One without lines is there too, empty. */
  async end(): Promise<void> {
    this.#putBlock();
    for (const line of this.mischief.foreign ?? []) this.#put(line);
    if (this.mischief.cutsLast) this.#cutLast();
    await this.#flush(0);
    this.#handle ??= await open(this.path, 'w');
    await this.#handle.close();
  }

  /** Writes what waits, if it is much. The last line stays: it may be cut. */
  async write(): Promise<void> {
    if (this.#waitingBytes > 1_000_000) await this.#flush(1);
  }

  #putBlock(): void {
    for (const line of inOrder(this.#block, this.mischief.order)) this.#put(line);
    this.#block = [];
  }

  #put(line: string): void {
    const end = this.mischief.end ?? '\n';
    const text = `${line}${end}${this.mischief.blankLines ? end : ''}`;
    this.#waiting.push(text);
    this.#waitingBytes += text.length;
  }

  #cutLast(): void {
    const last = this.#waiting.pop();
    if (last !== undefined) this.#waiting.push(last.slice(0, Math.floor(last.length / 2)));
  }

  async #flush(kept: number): Promise<void> {
    this.#handle ??= await open(this.path, 'w');
    const gone = this.#waiting.splice(0, this.#waiting.length - kept);
    const text = Buffer.from(gone.join(''));
    this.bytes += text.length;
    await this.#handle.write(text);
    this.#waitingBytes = 0;
  }
}

function inOrder(lines: string[], order: LineMischief['order']): string[] {
  if (order === 'reversed') return lines.reverse();
  if (order !== 'shuffled') return lines;
  // Every third line first: the same on every run.
  return [0, 2, 1].flatMap((rest) => lines.filter((_, at) => at % 3 === rest));
}
