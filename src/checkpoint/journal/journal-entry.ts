import { crc32 } from 'node:zlib';
import type { FinishedResult } from '../../fabric/row-result.js';
import { isStepOutcome, type StepOutcome } from '../../fabric/step-outcome.js';
import {
  isStoredOutcome,
  outcomeMembers,
  resultOfOutcome,
  type StoredOutcome,
} from '../../fabric/stored-result.js';
import { DEEPEST_KEPT } from '../../json/nesting.js';
import { parseJson } from '../../json/parse-json.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { Row } from '../../rows/row.js';

/**
 * A line of the journal: what became of a row that is not yet committed. The row's number alone does not
 * tell it: the checkpoint vouches for the input only up to the last committed row, and what comes after may
 * be mended while the run is interrupted. So the entry has what the row asked, where equal rows are to share
 * the answer, or the CRC-32 of its text. Of a row with files it may have both: its answer stays, whatever becomes of the
 * files.
 */
export type JournalEntry = StoredOutcome & { readonly row: number } & RowMark;

type RowMark =
  | { readonly question: string; readonly crc?: number }
  | { readonly crc: number; readonly question?: undefined };

/** @param question in base64url, which JSON has as it is. */
export function formatEntry(result: FinishedResult, question?: string): string {
  const { number, text, attached } = result.row;
  const asked = question === undefined ? '' : `"question":"${question}"`;
  const crc = question === undefined || attached !== undefined ? `"crc":${crc32(text)}` : '';
  const mark = asked !== '' && crc !== '' ? `${crc},${asked}` : asked + crc;
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

/**
 * The entry of a line; undefined where the line is JSON of another form.
 *
 * @throws SyntaxError for a torn line, or one that is nested too deep to be worked with.
 */
export function parseEntry(line: string): JournalEntry | StepEntry | undefined {
  const found = parseJson(line, DEEPEST_KEPT);
  if (typeof found !== 'object' || found === null) return undefined;
  return isStepEntry(found) || isJournalEntry(found) ? found : undefined;
}

function isJournalEntry(found: object): found is JournalEntry {
  return (
    hasRow(found) &&
    (('question' in found && typeof found.question === 'string') ||
      ('crc' in found && typeof found.crc === 'number')) &&
    isStoredOutcome(found)
  );
}

function isStepEntry(found: object): found is StepEntry {
  return (
    hasRow(found) &&
    'step' in found &&
    typeof found.step === 'string' &&
    'outcome' in found &&
    isStepOutcome(found.outcome)
  );
}

function hasRow(found: object): boolean {
  return 'row' in found && typeof found.row === 'number';
}

/** The entry as the result of its row, without what the row holds. */
export function resultWithoutRow(entry: JournalEntry): FinishedResult {
  return resultOfOutcome(entry, { kind: 'object', number: entry.row, object: {}, text: '' });
}

/** The entry as the result of its row; undefined where the input has another row in that place now. */
export function resultOf(
  entry: JournalEntry,
  row: Row,
  questionOf: (row: Row) => string,
): FinishedResult | undefined {
  const isSame = entry.crc === undefined ? entry.question === questionOf(row) : entry.crc === crc32(row.text);
  return isSame ? resultOfOutcome(entry, row) : undefined;
}
