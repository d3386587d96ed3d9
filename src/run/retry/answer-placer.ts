import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../json/parse-json.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { Layout } from '../../rows/format.js';
import type { Look } from '../../rows/look.js';
import { cellWriter, DOUBLED_QUOTES, inQuotes, type Quoting } from '../../rows/quoting.js';
import type { JsonObject, JsonValue, Row } from '../../rows/row.js';
import { answerCell, answerJson, otherFields, rowEncoder, rowObject } from '../../rows/row-encoder.js';
import { answerFields } from '../outcome/spread-values.js';
import type { AnswerColumn } from '../plan/columns.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RetryResult } from './results.js';

/** The columns that a run put behind those of its input. */
export interface AnswerPlaces {
  readonly column: string;
  /** Before it, for the fields of a row that have no column of their own; undefined where there is none. */
  readonly otherColumn?: string;
  readonly spread: readonly AnswerColumn[];
  /** What the run made of an answer before it wrote it into a cell; undefined: nothing. */
  readonly asWritten?: (value: JsonValue | undefined) => JsonValue | undefined;
  /** About the calls of each row. */
  readonly meta: readonly string[];
  /** Called with a row of the run where characters that readers refuse were replaced. */
  readonly onReplaced?: (row: number) => void;
}

/** A row of the output with what a retry made of it in its places, and with its line end. */
export type AnswerPlacer = (row: Row, result: RetryResult) => string;

/**
 * Writes a row of a run's output anew, with its answer in the last columns, after a look at whether it is the
 * letter's row at all: its own fields are the letter's, and it has no answer, or this very one.
 *
 * @throws SetUpError where it is not.
 */
export function answerPlacer(
  { layout, columns }: Pick<Look, 'layout' | 'columns'>,
  { column, otherColumn, spread, asWritten = (value) => value, meta, onReplaced }: AnswerPlaces,
): AnswerPlacer {
  const spreadColumns = [...spread.map((one) => one.column), ...meta];
  const places = [column, ...spreadColumns];
  const own = columns.filter((name) => !places.includes(name));
  const encoder = rowEncoder({
    from: layout,
    to: layout,
    columns: own,
    header: '',
    outputColumn: column,
    spreadColumns,
    ...(onReplaced === undefined ? {} : { onReplaced }),
  });
  return (row, result) => {
    const { row: number, item } = result;
    const newAnswer = 'answer' in result ? result.answer : undefined;
    const answer = asWritten(newAnswer);
    const fields = { ...rowObject(row, columns) };
    const before = places.map((name) => (Object.hasOwn(fields, name) ? fields[name] : undefined));
    for (const name of places) delete fields[name];
    const fieldsOfAnswer = newAnswer === undefined ? [] : answerFields(newAnswer, spread);
    const spreadValues = [
      ...spread.map((_, index) => asWritten(fieldsOfAnswer[index])),
      ...meta.map((_, index) => result.meta?.[index] ?? undefined),
    ];
    const after = [answer ?? undefined, ...spreadValues].map(row.kind === 'cells' ? answerCell : asReadBack);
    // A failed row has an error, and perhaps a price, in the columns about its calls.
    const ofAnswer = before.slice(0, 1 + spread.length);
    const isFree =
      ofAnswer.every((value) => value === '' || value === null) || isDeepStrictEqual(before, after);
    const wanted = row.kind === 'cells' ? asCells(item ?? {}, own, otherColumn) : item;
    if (!isFree || !isDeepStrictEqual(fields, wanted)) {
      throw new SetUpError(
        `row ${number} of the output is not the row of its dead letter: the output was changed since the run`,
      );
    }
    // A row that failed again keeps what a failed row has there.
    const bare = { ...row, number, text: bareText(row, places, before, layout) };
    return encoder.encode(bare, answer ?? before[0], spreadValues);
  };
}

/** A value as it is in a JSONL file that has it already. */
function asReadBack(value: JsonValue | undefined): JsonValue {
  return parseJson(answerJson(value ?? null));
}

function asCells(item: JsonObject, columns: readonly string[], otherColumn: string | undefined): JsonObject {
  const named = columns.filter((name) => name !== otherColumn);
  const cells: JsonObject = Object.fromEntries(
    named.map((name) => [name, answerCell(Object.hasOwn(item, name) ? item[name] : undefined)]),
  );
  if (otherColumn !== undefined) cells[otherColumn] = answerCell(otherFields(item, new Set(named)));
  return cells;
}

/** The row's text as it was before the answer's columns were put behind it. */
function bareText(
  row: Row,
  places: readonly string[],
  before: readonly (JsonValue | undefined)[],
  { delimiter, quoting = DOUBLED_QUOTES }: Layout,
): string {
  if (row.kind === 'cells') {
    return before.reduceRight(
      (text: string, value) => withoutLastCell(text, answerCell(value), delimiter, quoting),
      row.text,
    );
  }
  const fields = places.map(
    (name, index) => `${JSON.stringify(name)}:${stringifyJson(before[index] ?? null)}`,
  );
  return `${row.text.slice(0, -`${fields.join(',')}}`.length).replace(/,$/, '')}}`;
}

/** A record without its last cell, which may stand there with quotes around it. */
function withoutLastCell(text: string, cell: string, delimiter: string, quoting: Quoting): string {
  const quoted = quoting.kind === 'quotes' ? inQuotes(cell, quoting) : cellWriter(delimiter, quoting)(cell);
  return text.slice(0, -(delimiter.length + (text.endsWith(quoted) ? quoted : cell).length));
}
