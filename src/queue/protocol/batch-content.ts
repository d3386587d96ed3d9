import { crc32 } from 'node:zlib';
import type { Inputs } from '../../fabric/fabric.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import { outcomeMembers, resultOfOutcome } from '../../fabric/stored-result.js';
import { DEEPEST_KEPT } from '../../json/nesting.js';
import { parseJson } from '../../json/parse-json.js';
import { withPlainNumbers } from '../../json/plain-numbers.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { Attached, JsonObject, JsonValue, Row } from '../../rows/row.js';
import type { CallNotes } from './call-notes.js';
import { isStoredResult } from './result-form.js';

/** A batch as a job holds it. */
export interface JobData {
  readonly batchId: string;
  /** The names of the inputs, where all rows have the same ones: written once instead of in every row. */
  readonly names?: readonly string[];
  /**
   * Of each row its number, then its inputs as an object, or their values in the order of `names`. JSON in a text where
   * there are numbers that BullMQ would write with other digits.
   */
  readonly rows: readonly (readonly JsonValue[])[] | { readonly count: number; readonly json: string };
  /** What the files of each row hold, where rows name files; null for a row of which it is not known. */
  readonly attached?: readonly (Attached | null)[];
}

/** How many rows a job has. */
export function rowCount({ rows }: JobData): number {
  return 'json' in rows ? rows.count : rows.length;
}

export interface QueuedRow {
  readonly number: number;
  readonly inputs: Inputs;
  readonly attached?: Attached | undefined;
}

/**
 * The same batch has the same id whoever asks, and a row that was mended makes another one: rows that are not
 * committed may change while a run is interrupted.
 *
 * @param rows all of the batch, in any order, with those that were finished before an interruption.
 */
export function batchIdOf(runId: string, rows: readonly Row[]): string {
  let crc = 0;
  const inOrder = [...rows].sort((a, b) => a.number - b.number);
  // With its length, so that no two lists of texts run into the same one.
  for (const { text } of inOrder) crc = crc32(`${text.length} ${text}`, crc);
  return `${runId}-${inOrder[0]?.number ?? 0}-${crc.toString(16)}`;
}

export function packRows(batchId: string, rows: readonly QueuedRow[]): JobData {
  const names = Object.keys(rows[0]?.inputs ?? {});
  const attached = rows.some((row) => row.attached !== undefined)
    ? { attached: rows.map((row) => row.attached ?? null) }
    : {};
  if (!rows.every(({ inputs }) => hasNames(inputs, names))) {
    return { batchId, rows: withDigits(rows.map(({ number, inputs }) => [number, inputs])), ...attached };
  }
  return {
    batchId,
    names,
    rows: withDigits(rows.map(({ number, inputs }) => [number, ...Object.values(inputs)])),
    ...attached,
  };
}

function withDigits(rows: JsonValue[][]): JobData['rows'] {
  return withPlainNumbers(rows) === rows ? rows : { count: rows.length, json: stringifyJson(rows) };
}

export function unpackRows({ names, rows, attached }: JobData): QueuedRow[] {
  const all = 'json' in rows ? (parseJson(rows.json, DEEPEST_KEPT) as JsonValue[][]) : rows;
  return all.map(([number, ...values], at) => ({
    ...(attached?.[at] && { attached: attached[at] ?? undefined }),
    number: Number(number),
    inputs:
      names === undefined
        ? ((values[0] ?? {}) as JsonObject)
        : Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])),
  }));
}

/** What became of a row, as it lies in Redis, with what happened on its worker meanwhile. */
export function formatResult(result: FinishedResult, notes?: CallNotes): string {
  const members = outcomeMembers(result);
  return notes === undefined ? `{${members}}` : `{${members},"notes":${JSON.stringify(notes)}}`;
}

export interface NotedResult {
  readonly result: FinishedResult;
  readonly notes: CallNotes | undefined;
}

/** Undefined where the text is no result: the row is then to be run again. */
export function readResult(text: string, row: Row): NotedResult | undefined {
  const stored = parsed(text);
  if (!isStoredResult(stored)) return undefined;
  return { result: resultOfOutcome(stored, row), notes: stored.notes };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text, DEEPEST_KEPT);
  } catch {
    return undefined;
  }
}

function hasNames(inputs: Inputs, names: readonly string[]): boolean {
  const own = Object.keys(inputs);
  return own.length === names.length && own.every((name, index) => name === names[index]);
}
