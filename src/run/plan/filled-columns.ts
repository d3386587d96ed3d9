import { columnText } from '../../rows/input-selection.js';
import type { Row } from '../../rows/row.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import type { Beginning } from './beginning.js';
import type { AnswerColumn } from './columns.js';

/** The columns that answers go to. */
export interface AnswerPlaces {
  /** Undefined: the answer itself goes nowhere. */
  readonly outputColumn: string | undefined;
  readonly answerColumns: readonly AnswerColumn[];
  readonly metaColumns: readonly string[];
}

/** The columns of the answers that the input has already, of a run that skips the rows with a value there. */
export interface FilledColumns {
  /** Of the answers, without those about calls. Empty: all rows are called. */
  readonly answers: readonly string[];
  /** Those, and those about calls: they are not sent where all columns are. */
  readonly all: ReadonlySet<string>;
  /** True if the row has a value in each of the answers' columns. */
  isFilled(row: Row): boolean;
}

/** Undefined: no column of the input may be where answers go. */
export function decideFilled(
  { skipsFilled }: Pick<RunSettings, 'skipsFilled'>,
  places: AnswerPlaces,
  columns: readonly string[],
): FilledColumns | undefined {
  if (!skipsFilled) return undefined;
  const answers = answerNames(places).filter((name) => columns.includes(name));
  const meta = places.metaColumns.filter((name) => columns.includes(name));
  const texts = answers.map((name) => columnText(columns, name));
  return {
    answers,
    all: new Set([...answers, ...meta]),
    isFilled: (row) => texts.length > 0 && texts.every((text) => text(row).trim() !== ''),
  };
}

/**
 * Refuses new rows of a run that goes on to a CSV, where they bring a column that its answers have had to themselves.
 *
 * @throws SetUpError
 */
export function checkBroughtNames(
  beginning: Beginning,
  columns: readonly string[],
  names: readonly string[],
): void {
  if (beginning.kind !== 'resume' || beginning.narrower === undefined) return;
  const known = new Set(beginning.narrower);
  const brought = names.find((name) => columns.includes(name) && !known.has(name));
  if (brought === undefined) return;
  throw new SetUpError(
    `the input's new rows bring a column "${brought}", where this run has put its answers; rename it, or start over with --overwrite`,
  );
}

/** All columns that answers go to, in the output's order. */
export function placeNames(places: AnswerPlaces): readonly string[] {
  return [...answerNames(places), ...places.metaColumns];
}

function answerNames({ outputColumn, answerColumns }: AnswerPlaces): readonly string[] {
  const spread = answerColumns.map(({ column }) => column);
  return outputColumn === undefined ? spread : [outputColumn, ...spread];
}
