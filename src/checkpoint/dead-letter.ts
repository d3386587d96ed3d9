import type { AnsweredSteps } from '../fabric/fabric.js';
import { stringifyJson } from '../json/stringify-json.js';
import type { JsonObject } from '../rows/row.js';

/** Why a row is a dead letter. */
export interface DeadLetterError {
  readonly kind: string;
  readonly status?: number;
  readonly message: string;
  /** The step that failed, where rows have steps. */
  readonly step?: string;
}

/** A row that failed for good, kept with its reason so that it can be retried: one line of the file. */
export interface DeadLetter {
  readonly row: number;
  /** The row's own fields; null for a record that could not be parsed. */
  readonly item: JsonObject | null;
  readonly fabricId: string;
  readonly error: DeadLetterError;
  /** The answers of the steps that did not fail; a retry takes them from here. */
  readonly answered?: AnsweredSteps;
  /** Calls that counted against `--attempts`. */
  readonly attempts: number;
  /** RFC 3339. */
  readonly failedAt: string;
  /** The text of a record that could not be parsed, as it stood in the file. */
  readonly raw?: string;
  /** The line on which such a record starts. */
  readonly line?: number;
}

/** The kind of a letter whose record could not be parsed: it has no place in the output and is never retried. */
export const UNREADABLE = 'unreadable';

/** The letter as a line of the file, with its line end. */
export function formatDeadLetter(letter: DeadLetter): string {
  return `${stringifyJson(letter)}\n`;
}
