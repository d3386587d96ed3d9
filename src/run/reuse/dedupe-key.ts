import { hash } from 'node:crypto';
import { QUESTION_LENGTH } from '../../batch/answer-memory.js';
import type { Inputs } from '../../fabric/fabric.js';
import { ExactNumber } from '../../json/exact-number.js';
import type { CellRow, JsonObject, JsonValue, Row } from '../../rows/row.js';
import type { PromptUses } from '../plan/prompt.js';

/** What of the plan decides which rows ask the same. */
export interface QuestionInputs {
  /** The input's columns. */
  readonly columns: readonly string[];
  /** Between the cells of the input's records. */
  readonly delimiter?: string;
  /** Those that are sent, by the names of their inputs; undefined: all. */
  readonly inputs: readonly { readonly input: string }[] | undefined;
  /** What the fabric's templates use; undefined where it is sent all. */
  readonly prompt: PromptUses | undefined;
}

/** What rows ask. Only inputs that the fabric uses count. */
export interface Questions {
  /** The same text for rows that ask the same, and for no others: the beginning of a SHA-256 in base64url, 132 bits. */
  readonly questionOf: (row: Row) => string;
  /** The same in full, as JSON with all names in order: the same in any file, whatever the order of its columns. */
  readonly inputsTextOf: (row: Row) => string;
  /** The inputs that the fabric uses. */
  readonly usedInputsOf: (row: Row) => JsonObject;
}

export function questionsOf(
  { columns, delimiter = ',', inputs, prompt }: QuestionInputs,
  inputsOf: (row: Row) => Inputs,
): Questions {
  const used = prompt?.goesThroughRow === false ? prompt.columns : undefined;
  const sendsAll = inputs === undefined && used === undefined;
  const names = used ?? inputs?.map(({ input }) => input) ?? columns;
  const canonicalPick = canonicalPicker(names);
  const usedInputsOf = (row: Row) => {
    const all = inputsOf(row);
    return sendsAll ? (all as JsonObject) : pick(all, names);
  };
  const inputsTextOf = (row: Row) =>
    withAttached(row, sendsAll ? canonical(usedInputsOf(row)) : canonicalPick(inputsOf(row)));
  const recordText = recordTexts(delimiter);
  return {
    usedInputsOf,
    inputsTextOf,
    questionOf: (row) =>
      questionOf(sendsAll && row.kind === 'cells' ? withAttached(row, recordText(row)) : inputsTextOf(row)),
  };
}

/** The contents of the files that are sent with it belong to what a row asks. */
function withAttached({ attached }: Row, text: string): string {
  return attached === undefined ? text : `${text}\n${JSON.stringify(attached)}`;
}

/**
 * Where all of a record is sent, its own text says it all; but the same cells may stand there with quotes or without.
 * So each text counts as if it had only those that it needs. Nearly all do, and are not put together anew, which would
 * take 2 % of a run.
 */
function recordTexts(delimiter: string): (row: CellRow) => string {
  const between = escaped(delimiter);
  const needlessQuotes = new RegExp(`(?:^|${between})"[^"\r\n${between}]*"(?:${between}|$)`);
  const needsQuotes = new RegExp(`["\r\n${between}]`);
  const written = (text: string) => (needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return ({ text, cells }) =>
    text.includes('"') && needlessQuotes.test(text) ? cells.map(written).join(delimiter) : text;
}

/** Delimiters are one character each. */
function escaped(delimiter: string): string {
  return `\\u${delimiter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function questionOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, QUESTION_LENGTH);
}

function pick(inputs: Inputs, names: readonly string[]): JsonObject {
  const wanted: JsonObject = {};
  for (const name of names) {
    const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (value !== undefined) wanted[name] = value;
  }
  return wanted;
}

/** `canonical` of what `pick` gives, without making it: each row takes it at least once. */
function canonicalPicker(names: readonly string[]): (inputs: Inputs) => string {
  const members = [...new Set(names)].sort().map((name) => ({ name, start: `${JSON.stringify(name)}:` }));
  return (inputs) => {
    let text = '';
    for (const { name, start } of members) {
      const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
      if (value === undefined) continue;
      text += `${text === '' ? '{' : ','}${start}${typeof value === 'string' ? JSON.stringify(value) : canonical(value)}`;
    }
    return text === '' ? '{}' : `${text}}`;
  };
}

function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value instanceof ExactNumber) return value.digits;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`);
  return `{${members.join()}}`;
}
