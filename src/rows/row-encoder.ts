import { stringify } from 'csv-stringify/sync';
import type { Layout } from './format.js';
import type { JsonObject, JsonValue, Row } from './row.js';

/** Turns rows and answers into the text of the output file. */
export interface RowEncoder {
  /** The header line with its line end; empty for JSONL. */
  readonly header: string;
  /**
   * The row with its answer in the output's column, with its line end. A failed row has no answer.
   * `spread` goes into the columns behind that; what is undefined, or not there, leaves its place empty.
   */
  encode(row: Row, answer: JsonValue | undefined, spread?: Spread): string;
}

/** The values of the columns behind the answer's, in their order. */
export type Spread = readonly (JsonValue | undefined)[];

export interface EncoderOptions {
  readonly from: Layout;
  readonly to: Layout;
  readonly columns: readonly string[];
  /** The column behind those, where JSONL rows may have fields that are in none of them: for these, as JSON. */
  readonly otherColumn?: string;
  /** The header as it stood in the input. */
  readonly header: string;
  readonly outputColumn: string;
  /** The columns behind it, over which answers are spread; most runs have none. */
  readonly spreadColumns?: readonly string[];
}

/**
 * Where input and output have the same layout, a row's own text is copied and the answer is put behind it:
 * no value can change that way, not even its quotes, and it costs a fifth of writing the record anew.
 */
export function rowEncoder(options: EncoderOptions): RowEncoder {
  const { from, to } = options;
  if (to.format === 'jsonl') return jsonlEncoder(options);
  return from.format === to.format && from.delimiter === to.delimiter
    ? extendingEncoder(options)
    : csvEncoder(options);
}

/** The answer as the text of a cell: text as it is, anything else as JSON. */
export function answerCell(answer: JsonValue | undefined): string {
  if (typeof answer === 'string') return answer;
  return answer === undefined || answer === null ? '' : JSON.stringify(answer);
}

/** The row as an object: column name to value. */
export function rowObject(row: Row, columns: readonly string[]): JsonObject {
  if (row.kind === 'object') return row.object;
  const object: JsonObject = {};
  for (let index = 0; index < columns.length; index++) object[columns[index] ?? ''] = row.cells[index] ?? '';
  return object;
}

function extendingEncoder({ to, header, outputColumn, spreadColumns = [] }: EncoderOptions): RowEncoder {
  const { delimiter, newline } = to;
  const quoteCell = cellQuoter(delimiter);
  const add = (text: string, cell: string) => text + delimiter + quoteCell(cell);
  return {
    header: [outputColumn, ...spreadColumns].reduce(add, header) + newline,
    encode:
      spreadColumns.length === 0
        ? (row, answer) => row.text + delimiter + quoteCell(answerCell(answer)) + newline
        : (row, answer, spread) => spreadCells(answer, spread, spreadColumns).reduce(add, row.text) + newline,
  };
}

function csvEncoder(options: EncoderOptions): RowEncoder {
  const { to, columns, otherColumn, outputColumn, spreadColumns = [] } = options;
  const write = recordWriter(to);
  const known = new Set(columns);
  const cells = (row: Row) =>
    otherColumn === undefined
      ? cellsOf(row, columns)
      : [...cellsOf(row, columns), row.kind === 'cells' ? '' : answerCell(otherFields(row.object, known))];
  return {
    header: write([
      ...columns,
      ...(otherColumn === undefined ? [] : [otherColumn]),
      outputColumn,
      ...spreadColumns,
    ]),
    encode: (row, answer, spread) => write([...cells(row), ...spreadCells(answer, spread, spreadColumns)]),
  };
}

/** Writes the cells of a record, with its line end, for a file of that layout. */
export function recordWriter({ delimiter, newline }: Layout): (cells: readonly string[]) => string {
  const format = {
    delimiter,
    record_delimiter: newline,
    // csv-stringify looks only for its own line end; another kind inside a field would end the record for a reader.
    quoted_match: /[\r\n]/,
  };
  return (cells) => stringify([cells], format);
}

/** The fields of an object that have no column of their own; undefined where there are none. */
export function otherFields(object: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  const others = Object.entries(object).filter(([name]) => !known.has(name));
  return others.length === 0 ? undefined : Object.fromEntries(others);
}

function jsonlEncoder({ columns, outputColumn, spreadColumns = [], to }: EncoderOptions): RowEncoder {
  const name = JSON.stringify(outputColumn);
  const keys = columns.map((column) => JSON.stringify(column));
  const spreadKeys = spreadColumns.map((column) => JSON.stringify(column));
  return {
    header: '',
    encode: (row, answer, spread) => {
      const text = row.kind === 'object' ? row.text : cellsAsJson(row.cells, keys);
      const open = text.slice(0, -1).trimEnd();
      const comma = open.endsWith('{') ? '' : ',';
      const more = spreadKeys.length === 0 ? '' : spreadAsJson(spread, spreadKeys);
      return `${open}${comma}${name}:${JSON.stringify(answer ?? '')}${more}}${to.newline}`;
    },
  };
}

/** The cells of an answer and of what is spread of it. */
function spreadCells(
  answer: JsonValue | undefined,
  spread: Spread = [],
  columns: readonly string[],
): readonly string[] {
  return [answerCell(answer), ...columns.map((_, index) => answerCell(spread[index]))];
}

/** Null is a value here, and stays one; what is not there is as empty as the answer of a failed row. */
function spreadAsJson(spread: Spread = [], keys: readonly string[]): string {
  return keys
    .map((key, index) => {
      const value = spread[index];
      return `,${key}:${JSON.stringify(value === undefined ? '' : value)}`;
    })
    .join('');
}

/** By hand, since an object would put names that are numbers (2024) before all others. */
function cellsAsJson(cells: readonly string[], keys: readonly string[]): string {
  return `{${keys.map((key, index) => `${key}:${JSON.stringify(cells[index] ?? '')}`).join(',')}}`;
}

function cellsOf(row: Row, columns: readonly string[]): readonly string[] {
  if (row.kind === 'cells') return row.cells;
  return columns.map((name) => (Object.hasOwn(row.object, name) ? answerCell(row.object[name]) : ''));
}

/** Quotes a cell where a reader would otherwise see its end inside it (RFC 4180). */
function cellQuoter(delimiter: string): (text: string) => string {
  return (text) =>
    text.includes('"') || text.includes(delimiter) || text.includes('\n') || text.includes('\r')
      ? `"${text.replaceAll('"', '""')}"`
      : text;
}
