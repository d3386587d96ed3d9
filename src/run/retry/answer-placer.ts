import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../json/parse-json.js';
import type { Look } from '../../rows/look.js';
import { fillingEncoder } from '../../rows/placing/filling-encoder.js';
import type { JsonObject, JsonValue, Row } from '../../rows/row.js';
import { answerCell, answerJson, namesBehind, otherFields, rowObject } from '../../rows/row-encoder.js';
import { answerFields } from '../outcome/spread-values.js';
import type { AnswerColumn } from '../plan/columns.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RetryResult } from './results.js';

/** The columns of a run's output that its answers go to. */
export interface AnswerPlaces {
  /** Undefined: the answer itself goes nowhere. */
  readonly column: string | undefined;
  /** Before it, for the fields of a row that have no column of their own; undefined where there is none. */
  readonly otherColumn?: string;
  readonly spread: readonly AnswerColumn[];
  /** What the run made of an answer before it wrote it into a cell; undefined: nothing. */
  readonly asWritten?: (value: JsonValue | undefined) => JsonValue | undefined;
  /** About the calls of each row. */
  readonly meta: readonly string[];
  /** True if a row may have had a value of its own in some of the columns, which it keeps. */
  readonly keepsValues?: boolean;
  /** Called with a row of the run where characters that readers refuse were replaced. */
  readonly onReplaced?: (row: number) => void;
}

/** A row of the output with what a retry made of it in its places, and with its line end. */
export type AnswerPlacer = (row: Row, result: RetryResult) => string;

/**
 * Writes a row of a run's output anew, with its answer in its columns, after a look at whether it is the
 * letter's row at all: its own fields are the letter's, and it has no answer, or this very one.
 *
 * @throws SetUpError where it is not.
 */
export function answerPlacer(
  { layout, columns }: Pick<Look, 'layout' | 'columns'>,
  {
    column,
    otherColumn,
    spread,
    asWritten = (value) => value,
    meta,
    keepsValues = false,
    onReplaced,
  }: AnswerPlaces,
): AnswerPlacer {
  const spreadColumns = [...spread.map((one) => one.column), ...meta];
  const ofAnswer = namesBehind({ outputColumn: column, spreadColumns: spread.map((one) => one.column) });
  const places = [...ofAnswer, ...meta];
  const own = columns.filter((name) => !places.includes(name));
  const options = {
    ...{ from: layout, to: layout, columns, header: '', outputColumn: column, spreadColumns },
    ...(onReplaced === undefined ? {} : { onReplaced }),
  };
  const filling = fillingEncoder(options, { replaced: new Set(meta) });
  // What a row has of the steps that did not fail makes room for the answers of all.
  const replacing = fillingEncoder(options, { replaced: new Set(places) });
  const spreadOver = (answer: JsonValue | undefined) => {
    const fields = answer === undefined ? [] : answerFields(answer, spread);
    return spread.map((_, index) => asWritten(fields[index]));
  };
  return (row, result) => {
    const { row: number, item } = result;
    const newAnswer = 'answer' in result ? result.answer : result.part;
    const answer = asWritten(newAnswer) ?? undefined;
    const fields = { ...rowObject(row, columns) };
    const before = ofAnswer.map((name) => (Object.hasOwn(fields, name) ? fields[name] : undefined));
    for (const name of places) delete fields[name];
    const parts = spreadOver(newAnswer);
    const asFound = row.kind === 'cells' ? answerCell : asReadBack;
    const whole = (answer: JsonValue | undefined) => (column === undefined ? [] : [answer]);
    const after = [...whole(answer), ...parts].map(asFound);
    const had = [...whole(asWritten(result.had)), ...spreadOver(result.had)].map(asFound);
    const isPart = result.had !== undefined && isDeepStrictEqual(before, had);
    const isFree =
      isPart ||
      keepsValues ||
      before.every((value) => value === '' || value === null) ||
      isDeepStrictEqual(before, after);
    const wanted = row.kind === 'cells' ? asCells(item ?? {}, own, otherColumn) : withoutPlaces(item, places);
    if (!isFree || !isDeepStrictEqual(fields, wanted)) {
      throw new SetUpError(
        `row ${number} of the output is not the row of its dead letter: the output was changed since the run`,
      );
    }
    // A row that failed again keeps what a failed row has there, but for what is known of its calls.
    const aboutCalls = meta.map((_, index) => result.meta?.[index] ?? null);
    if (keepsValues) {
      // What the row has of its steps gives way, and nothing else: that was there before the run.
      const isFree = before.map((value, index) => isBlank(value) || isDeepStrictEqual(value, had[index]));
      const unlessKept = (value: JsonValue | undefined, index: number) => (isFree[index] ? value : undefined);
      const [first, ...rest] = [...whole(answer), ...parts].map(unlessKept);
      return column === undefined
        ? replacing.encode({ ...row, number }, undefined, [first, ...rest, ...aboutCalls])
        : replacing.encode({ ...row, number }, first, [...rest, ...aboutCalls]);
    }
    const encoder = isPart ? replacing : filling;
    return encoder.encode({ ...row, number }, answer, [...parts, ...aboutCalls]);
  };
}

function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** Where a run fills columns of its input, a letter has them too. */
function withoutPlaces(item: JsonObject | null, places: readonly string[]): JsonObject | null {
  if (item === null || !places.some((name) => Object.hasOwn(item, name))) return item;
  return Object.fromEntries(Object.entries(item).filter(([name]) => !places.includes(name)));
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
