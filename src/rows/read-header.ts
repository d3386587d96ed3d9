import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { counted } from '../wording/wording.js';
import type { ByteSource } from './byte-source.js';
import { skipBytes } from './byte-source.js';
import type { Layout } from './format.js';
import { headerNames, type OddName } from './header-names.js';
import { InputError } from './input-error.js';
import { MAX_RECORD_BYTES } from './read-blocks.js';
import { type Position, START } from './row.js';
import { csvSplitter } from './splitters/csv-splitter.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface Header {
  readonly columns: readonly string[];
  readonly odd: readonly OddName[];
  /** As it stood in the file, without its line end. */
  readonly text: string;
  readonly end: Position;
}

/** JSONL has none. */
export const NO_HEADER: Header = { columns: [], odd: [], text: '', end: START };

/**
 * The position after the first `lines` lines, in which quotes mean nothing.
 *
 * @throws InputError where the input has fewer lines.
 */
export async function skipLines(
  source: ByteSource,
  lines: number,
  newline: Layout['newline'],
): Promise<Position> {
  if (lines === 0) return START;
  const lineEnd = newline === '\r' ? CARRIAGE_RETURN : LINE_FEED;
  let left = lines;
  let offset = 0;
  let crc = 0;
  for await (const chunk of source.look()) {
    for (let at = chunk.indexOf(lineEnd); at !== -1; at = chunk.indexOf(lineEnd, at + 1)) {
      if (--left > 0) continue;
      return {
        offset: offset + at + 1,
        row: 0,
        line: lines + 1,
        crc: crc32(chunk.subarray(0, at + 1), crc),
      };
    }
    offset += chunk.length;
    crc = crc32(chunk, crc);
  }
  throw new InputError(`${source.name}: --skip-lines ${lines}: it has only ${counted(lines - left, 'line')}`);
}

/** @throws InputError where the header cannot be read, or is not text. */
export async function readHeader(source: ByteSource, layout: Layout, from: Position): Promise<Header> {
  const splitter = csvSplitter(layout, from.offset, MAX_RECORD_BYTES);
  let bytes = Buffer.alloc(0);
  for await (const chunk of skipBytes(source.look(), from.offset)) {
    bytes = Buffer.concat([bytes, chunk]);
    splitter.split(chunk);
    if (splitter.records.length > 0 || splitter.problem !== undefined) break;
  }
  if (splitter.records.length === 0 && splitter.problem === undefined) splitter.finish();
  const [cells] = splitter.records;
  const [text = ''] = splitter.texts;
  const [offset] = splitter.ends;
  if (cells === undefined || offset === undefined) {
    throw new InputError(
      `${source.name}, line ${from.line}: the header cannot be read: ${splitter.problem ?? 'there is none'}`,
    );
  }
  const raw = bytes.subarray(0, offset - from.offset);
  if (!isUtf8(raw)) {
    throw new InputError(
      `${source.name}, line ${from.line}: the header is not ${source.encoding ?? 'UTF-8'} text; say how the file is written with --encoding, such as --encoding windows-1252`,
    );
  }
  const lines = raw.toString('latin1').split(layout.newline === '\r' ? '\r' : '\n').length - 1;
  return {
    ...headerNames(cells),
    text,
    end: { offset, row: 0, line: from.line + lines, crc: crc32(raw, from.crc) },
  };
}
