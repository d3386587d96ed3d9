import type { ByteSource } from './byte-source.js';

/** Byte order marks (Unicode 16, 23.8), the longest first, since that of UTF-16 begins that of UTF-32. */
const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
const LONGEST_MARK = 4;

/** True for the names of the one encoding that needs no decoder. */
export function isUtf8(encoding: string): boolean {
  return /^utf-?8$/i.test(encoding);
}

/** The encoding by the byte order mark; undefined where there is none, or that of UTF-8. */
export async function encodingByMark(source: ByteSource): Promise<string | undefined> {
  let head = Buffer.alloc(0);
  for await (const chunk of source.look()) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= LONGEST_MARK) break;
  }
  return MARKS.find(([, mark]) => head.subarray(0, mark.length).equals(Buffer.from(mark)))?.[0];
}
