import { columnText } from '../input-selection.js';
import { cellEnds, DOUBLED_QUOTES, cellWriter as quotedCellWriter } from '../quoting.js';
import type { JsonValue, Row } from '../row.js';
import {
  areRecordsAlike,
  cellsAsJson,
  cellWriter,
  type EncoderOptions,
  jsonWriter,
  namesBehind,
  type RowEncoder,
  rowEncoder,
  type Spread,
} from '../row-encoder.js';
import { withMembers } from './json-members.js';

/** What may happen to a value that stands where an answer would go. */
export interface FillingRules {
  /** Columns whose values are replaced; in the others of the answers a value stays, and only an empty place is filled. */
  readonly replaced: ReadonlySet<string>;
}

/**
 * Writes rows that may have columns of the answers already, each in its own place: there an answer goes into it, and
 * what is undefined leaves it as it is. Columns that the rows do not have stand behind theirs, as in any output. All
 * that is not filled stays byte for byte where input and output have the same layout.
 */
export function fillingEncoder(options: EncoderOptions, rules: FillingRules): RowEncoder {
  const names = namesBehind(options);
  const texts = names.map((name) => columnText(options.columns, name));
  /** True for a place that takes a value. */
  const isFree = (row: Row, index: number) =>
    rules.replaced.has(names[index] ?? '') || texts[index]?.(row).trim() === '';
  return options.to.format === 'jsonl'
    ? membersEncoder(options, names, isFree)
    : cellsEncoder(options, names, isFree);
}

type IsFree = (row: Row, index: number) => boolean;

/** The values of all columns of the answers, in their order. */
function valuesOf(
  { outputColumn }: EncoderOptions,
  answer: JsonValue | undefined,
  spread: Spread = [],
): Spread {
  return outputColumn === undefined ? spread : [answer, ...spread];
}

function membersEncoder(options: EncoderOptions, names: readonly string[], isFree: IsFree): RowEncoder {
  const { columns, to, outputColumn, failedAnswer = null, onReplaced } = options;
  const json = jsonWriter(onReplaced);
  const keys = columns.map((column) => JSON.stringify(column));
  return {
    header: rowEncoder(options).header,
    encode: (row, answer, spread) => {
      const values = valuesOf(options, answer, spread);
      const members = new Map<string, string>();
      for (const [index, name] of names.entries()) {
        const isThere = row.kind === 'object' && Object.hasOwn(row.object, name);
        const value = values[index];
        if ((isThere && value === undefined) || !isFree(row, index)) continue;
        const nothing = name === outputColumn ? failedAnswer : null;
        members.set(name, json(value === undefined ? nothing : value, row.number));
      }
      const text = row.kind === 'object' ? row.text : cellsAsJson(row.cells, keys);
      return (members.size === 0 ? text : withMembers(text, members)) + to.newline;
    },
  };
}

function cellsEncoder(options: EncoderOptions, names: readonly string[], isFree: IsFree): RowEncoder {
  const { columns, from, to, onReplaced } = options;
  const there = names.flatMap((name, index) => {
    const column = columns.indexOf(name);
    return column === -1 ? [] : { name, index, column };
  });
  const added = names.flatMap((name, index) => (columns.includes(name) ? [] : { name, index }));
  const { outputColumn: _, ...rest } = options;
  const encoder = rowEncoder({ ...rest, spreadColumns: added.map(({ name }) => name) });
  const cell = cellWriter(onReplaced);
  const fill = areRecordsAlike(from, to) ? cellsInText(options) : filledRow;
  return {
    header: encoder.header,
    encode: (row, answer, spread) => {
      const values = valuesOf(options, answer, spread);
      const taken = there.flatMap(({ name, index, column }) => {
        const value = values[index];
        return value === undefined || !isFree(row, index)
          ? []
          : { name, column, value, text: cell(value, row.number) };
      });
      const filled = taken.length === 0 ? row : fill(row, taken);
      return encoder.encode(
        filled,
        undefined,
        added.map(({ index }) => values[index]),
      );
    },
  };
}

/** A value that goes into a column of the row. */
interface TakenValue {
  readonly name: string;
  readonly column: number;
  readonly value: JsonValue;
  readonly text: string;
}

function filledRow(row: Row, taken: readonly TakenValue[]): Row {
  if (row.kind === 'object') {
    const object = { ...row.object };
    for (const { name, value } of taken) object[name] = value;
    return { ...row, object };
  }
  const cells = [...row.cells];
  for (const { column, text } of taken) cells[column] = text;
  return { ...row, cells };
}

/** Puts cells into the text of a record, which is what is written. */
function cellsInText({ to }: EncoderOptions): (row: Row, taken: readonly TakenValue[]) => Row {
  const { delimiter, quoting = DOUBLED_QUOTES } = to;
  const endsOf = cellEnds(delimiter, quoting);
  const quoteCell = quotedCellWriter(delimiter, quoting);
  return (row, taken) => {
    const ends = endsOf(row.text);
    let { text } = row;
    for (const { column, text: cell } of [...taken].sort((a, b) => b.column - a.column)) {
      const start = column === 0 ? 0 : (ends[column - 1] ?? 0) + delimiter.length;
      text = text.slice(0, start) + quoteCell(cell) + text.slice(ends[column]);
    }
    return { ...row, text };
  };
}
