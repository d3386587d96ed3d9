import type { ByteSource } from './byte-source.js';
import type { Format } from './format.js';
import type { Position } from './row.js';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/**
 * Counts the rows of an input, those before `from` included, without parsing them: line ends outside
 * quotes. Meant for a display: it takes an empty line for a row, and any row for a good one.
 */
export async function countRows(
  source: ByteSource,
  format: Format,
  from: Position,
  signal: AbortSignal,
): Promise<number> {
  let rows = from.row;
  let quoted = false;
  let last = LINE_FEED;
  for await (const chunk of source.read(from.offset)) {
    if (signal.aborted) return rows;
    last = chunk.at(-1) ?? last;
    if (format === 'jsonl' || (!quoted && !chunk.includes(QUOTE))) {
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) rows++;
      continue;
    }
    for (const byte of chunk) {
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === LINE_FEED && !quoted) rows++;
    }
  }
  return last === LINE_FEED ? rows : rows + 1;
}
