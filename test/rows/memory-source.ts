import type { ByteSource } from '../../src/rows/byte-source.js';
import type { InputFormat } from '../../src/rows/format.js';
import { type Look, type LookOptions, lookAt } from '../../src/rows/look.js';
import { type ReadOptions, readRows } from '../../src/rows/read-rows.js';
import type { Row, RowBlock, UnreadableRow } from '../../src/rows/row.js';

/** Cuts bytes into chunks. */
export type Cutter = (bytes: Buffer) => Buffer[];

export const inOnePiece: Cutter = (bytes) => (bytes.length === 0 ? [] : [bytes]);

/** Chunks of this many bytes. */
export function every(length: number): Cutter {
  return (bytes) => {
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += length) chunks.push(bytes.subarray(at, at + length));
    return chunks;
  };
}

/** Two chunks, the first of this many bytes. */
export function cutAt(offset: number): Cutter {
  return (bytes) => [bytes.subarray(0, offset), bytes.subarray(offset)].filter((chunk) => chunk.length > 0);
}

/** A file that is not on a disk, and comes in the chunks that a test wants. */
export function memorySource(content: string | Buffer, cut: Cutter = inOnePiece): ByteSource {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content);
  async function* read(offset: number): AsyncIterable<Buffer> {
    yield* cut(bytes.subarray(offset));
  }
  return { name: 'rows', path: '/rows', look: () => read(0), read };
}

export interface Reading extends Partial<ReadOptions>, Omit<LookOptions, 'format'> {
  readonly format?: InputFormat;
  readonly cut?: Cutter;
}

export interface ReadFile {
  readonly look: Look;
  readonly blocks: readonly RowBlock[];
  readonly rows: readonly Row[];
  /** The rows' cells, or their objects. */
  readonly values: readonly unknown[];
  readonly unreadable: readonly UnreadableRow[];
}

/** Looks at a file and reads all of it, as a run does. */
export async function readFile(content: string | Buffer, reading: Reading = {}): Promise<ReadFile> {
  const { format = 'csv', cut, ...options } = reading;
  const source = memorySource(content, cut);
  const look = await lookAt(source, { ...options, format });
  const blocks = await collect(
    readRows(source, look.layout, {
      columns: look.columns,
      from: look.start,
      blockRows: 50,
      badRows: 'stop',
      ...options,
    }),
  );
  return {
    look,
    blocks,
    rows: blocks.flatMap((block) => block.rows),
    values: blocks.flatMap((block) => block.rows.map(valuesOf)),
    unreadable: blocks.flatMap((block) => block.unreadable),
  };
}

/** The cells of a row as text, or its object. */
export function valuesOf(row: Row): unknown {
  return row.kind === 'cells' ? row.cells : row.object;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
