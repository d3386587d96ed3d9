import { crc32 } from 'node:zlib';
import type { FinishedResult } from '../fabric/row-result.js';
import type { StepOutcome } from '../fabric/step-outcome.js';
import { outcomeMembers, resultOfOutcome, type StoredOutcome } from '../fabric/stored-result.js';
import { DEEPEST_KEPT } from '../json/nesting.js';
import { parseJson } from '../json/parse-json.js';
import { stringifyJson } from '../json/stringify-json.js';
import type { Row } from '../rows/row.js';

/**
 * A line of the journal: what became of a row that is not yet committed. The row's number alone does not
 * tell it: the checkpoint vouches for the input only up to the last committed row, and what comes after may
 * be mended while the run is interrupted. So the entry has what the row asked, where equal rows are to share
 * the answer, or the CRC-32 of its text.
 */
export type JournalEntry = StoredOutcome & { readonly row: number } & RowMark;

type RowMark =
  | { readonly question: string; readonly crc?: undefined }
  | { readonly crc: number; readonly question?: undefined };

/** @param question in base64url, which JSON has as it is. */
export function formatEntry(result: FinishedResult, question?: string): string {
  const { number, text } = result.row;
  const mark = question === undefined ? `"crc":${crc32(text)}` : `"question":"${question}"`;
  return `{"row":${number},${mark},${outcomeMembers(result)}}`;
}

/** A line about a step on a row's way to its result. */
export interface StepEntry {
  readonly row: number;
  readonly step: string;
  readonly outcome: StepOutcome;
}

export function formatStep(entry: StepEntry): string {
  return stringifyJson(entry);
}

/** @throws SyntaxError for a torn line, or one that is nested too deep to be worked with. */
export function parseEntry(line: string): JournalEntry | StepEntry | undefined {
  const entry = parseJson(line, DEEPEST_KEPT) as Partial<JournalEntry & StepEntry> | null;
  return typeof entry?.row === 'number' && ('answer' in entry || 'failure' in entry || 'step' in entry)
    ? (entry as JournalEntry | StepEntry)
    : undefined;
}

/** The entry as the result of its row; undefined where the input has another row in that place now. */
export function resultOf(
  entry: JournalEntry,
  row: Row,
  questionOf: (row: Row) => string,
): FinishedResult | undefined {
  const isSame =
    entry.question === undefined ? entry.crc === crc32(row.text) : entry.question === questionOf(row);
  return isSame ? resultOfOutcome(entry, row) : undefined;
}
