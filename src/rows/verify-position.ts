import { crc32 } from 'node:zlib';
import type { ByteSource } from './byte-source.js';
import type { Layout } from './format.js';
import type { Position } from './row.js';

/**
 * True if the input before a position is unchanged and a record starts there. It reads that part once, without parsing.
 */
export async function isPartUnchanged(
  source: ByteSource,
  position: Position,
  { framing }: Pick<Layout, 'framing'> = {},
): Promise<boolean> {
  let crc = 0;
  let left = position.offset;
  let last: number | undefined;
  for await (const chunk of source.read(0)) {
    const part = chunk.subarray(0, left);
    crc = crc32(part, crc);
    left -= part.length;
    last = part.at(-1) ?? last;
    if (part.length === chunk.length) continue;
    const next = chunk[part.length];
    // A last line without a line end must not have grown; an element of an array has its own end.
    return crc === position.crc && (framing === 'array' || isLineEnd(last) || isLineEnd(next));
  }
  return left === 0 && crc === position.crc;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === undefined || byte === 0x0a || byte === 0x0d;
}
