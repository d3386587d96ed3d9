import { z } from 'zod';
import type { DeadLetter } from '../../checkpoint/dead-letter.js';
import { DEEPEST_KEPT } from '../../json/nesting.js';
import type { Layout } from '../../rows/format.js';
import { type JsonObject, type Row, START } from '../../rows/row.js';
import { SetUpError } from '../settings/set-up-error.js';

/** The layout of files that batchai writes for itself: dead letters, and the results of a retry. */
export const LETTERS_LAYOUT: Layout = { format: 'jsonl', delimiter: ',', newline: '\n' };

/** How they are read from their beginning. */
export const LETTERS_READING = {
  columns: [],
  from: START,
  blockRows: 1_000,
  badRows: 'stop',
  deepest: DEEPEST_KEPT,
} as const;

/** What a retry reads of a letter; the row's own fields may be anything. */
const letterForm = z.object({
  row: z.number(),
  item: z.looseObject({}).nullable(),
  error: z.object({ kind: z.string() }),
  answered: z.record(z.string(), z.object({ answer: z.unknown(), asked: z.string() })).optional(),
});

/** A row of the dead letters' file as the letter it is. */
export function letterOfRow(row: Row): DeadLetter {
  if (row.kind === 'object' && isLetter(row.object)) return row.object;
  throw new SetUpError(
    `the dead letters' line ${row.number} is not a dead letter: wanted {"row":…,"item":…,"error":…}`,
  );
}

/** The number of the row that a letter is about, or the letter's own where what it says is not at hand. */
export function numberOfLetter(row: Row): number {
  return row.kind === 'object' && isLetter(row.object) ? row.object.row : row.number;
}

function isLetter(value: JsonObject): value is JsonObject & DeadLetter {
  return letterForm.safeParse(value).success;
}
