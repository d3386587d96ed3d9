import { crc32 } from 'node:zlib';
import type { Answer } from '../fabric/fabric.js';
import type { Failure, FinishedResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';

/**
 * A line of the journal: what became of a row that is not yet committed. The row's number alone does not
 * tell it: the checkpoint vouches for the input only up to the last committed row, and what comes after may
 * be mended while the run is interrupted. So the entry has the CRC-32 of the row's text.
 */
export type JournalEntry =
  | {
      readonly row: number;
      readonly crc: number;
      readonly answer: Answer;
      readonly calls: number;
      readonly ms: number;
    }
  | { readonly row: number; readonly crc: number; readonly failure: Failure; readonly calls: number };

export function formatEntry(result: FinishedResult): string {
  const { row, calls } = result;
  const crc = crc32(row.text);
  if (result.status === 'failed')
    return JSON.stringify({ row: row.number, crc, failure: result.failure, calls });
  const ms = Math.round(result.latencyMs * 1000) / 1000;
  return `{"row":${row.number},"crc":${crc},"answer":${JSON.stringify(result.answer)},"calls":${calls},"ms":${ms}}`;
}

/** @throws SyntaxError for a torn line. */
export function parseEntry(line: string): JournalEntry | undefined {
  const entry = JSON.parse(line) as Partial<JournalEntry> | null;
  return typeof entry?.row === 'number' && ('answer' in entry || 'failure' in entry)
    ? (entry as JournalEntry)
    : undefined;
}

/** The entry as the result of its row; undefined where the input has another row in that place now. */
export function resultOf(entry: JournalEntry, row: Row): FinishedResult | undefined {
  if (entry.crc !== crc32(row.text)) return undefined;
  return 'failure' in entry
    ? { status: 'failed', row, failure: entry.failure, calls: entry.calls }
    : { status: 'answered', row, answer: entry.answer, calls: entry.calls, latencyMs: entry.ms };
}
