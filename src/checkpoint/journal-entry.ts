import type { Answer } from '../fabric/fabric.js';
import type { Failure, FinishedResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';

/** A line of the journal: what became of a row that is not yet committed. */
export type JournalEntry =
  | { readonly row: number; readonly answer: Answer; readonly calls: number; readonly ms: number }
  | { readonly row: number; readonly failure: Failure; readonly calls: number };

export function formatEntry(result: FinishedResult): string {
  const { row, calls } = result;
  if (result.status === 'failed') return JSON.stringify({ row: row.number, failure: result.failure, calls });
  const ms = Math.round(result.latencyMs * 1000) / 1000;
  return `{"row":${row.number},"answer":${JSON.stringify(result.answer)},"calls":${calls},"ms":${ms}}`;
}

/** @throws SyntaxError for a torn line. */
export function parseEntry(line: string): JournalEntry | undefined {
  const entry = JSON.parse(line) as Partial<JournalEntry> | null;
  return typeof entry?.row === 'number' && ('answer' in entry || 'failure' in entry)
    ? (entry as JournalEntry)
    : undefined;
}

/** The entry as the result of its row. */
export function resultOf(entry: JournalEntry, row: Row): FinishedResult {
  return 'failure' in entry
    ? { status: 'failed', row, failure: entry.failure, calls: entry.calls }
    : { status: 'answered', row, answer: entry.answer, calls: entry.calls, latencyMs: entry.ms };
}
