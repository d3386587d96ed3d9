import { isDeepStrictEqual } from 'node:util';
import { stringifyJson } from '../json/stringify-json.js';
import type { Layout } from './format.js';
import { DOUBLED_QUOTES, cellWriter as quotedCellWriter } from './quoting.js';
import { readableJson, readableText } from './readable-text.js';
import type { JsonObject, JsonValue, Row } from './row.js';

/** Turns rows and answers into the text of the output file. */
export interface RowEncoder {
  /** The text before the first row: byte order mark and header line; JSONL has no header. */
  readonly header: string;
  /**
   * The row with its answer in the output's column, if there is one, with its line end. A failed row has no answer.
   * `spread` goes into the columns behind that; what is undefined, or not there, leaves its place empty, null in JSONL.
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
  /** The header's text in the input. */
  readonly header: string;
  /** The input's byte order mark, or nothing. */
  readonly mark?: string;
  /** Undefined: the answer itself goes nowhere. */
  readonly outputColumn?: string | undefined;
  /** The columns behind it, over which answers are spread; most runs have none. */
  readonly spreadColumns?: readonly string[];
  /** The answer of a failed row in JSONL: null as a rule, the empty text where answers are texts. */
  readonly failedAnswer?: '' | null;
  /** Called when characters that readers refuse were replaced in a cell or an answer. */
  readonly onReplaced?: (row: number) => void;
}

/**
 * Where input and output have the same layout, a row's own text is copied and the answer appended: no value can change,
 * not even its quotes, and it costs a fifth of encoding the record.
 */
export function rowEncoder(options: EncoderOptions): RowEncoder {
  const { from, to } = options;
  if (to.format === 'jsonl') return jsonlEncoder(options);
  return areRecordsAlike(from, to) ? extendingEncoder(options) : csvEncoder(options);
}

/** True if a record of the one is a record of the other. */
export function areRecordsAlike(from: Layout, to: Layout): boolean {
  return (
    from.format === to.format &&
    from.delimiter === to.delimiter &&
    isDeepStrictEqual(from.quoting, to.quoting)
  );
}

/**
 * A value as the text of a cell: text without characters that readers refuse, other values as JSON.
 */
export function answerCell(answer: JsonValue | undefined): string {
  return readableText(cellText(answer));
}

function cellText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : stringifyJson(value);
}

/** An answer as JSON, without characters that readers refuse. */
export function answerJson(answer: JsonValue): string {
  return readableJson(stringifyJson(answer));
}

/** `answerCell`, which reports replaced characters. */
export function cellWriter(onReplaced: EncoderOptions['onReplaced']): CellWriter {
  if (onReplaced === undefined) return answerCell;
  return (value, row) => {
    const text = cellText(value);
    const readable = readableText(text);
    if (readable !== text) onReplaced(row);
    return readable;
  };
}

export type CellWriter = (value: JsonValue | undefined, row: number) => string;

/** `answerJson`, which reports replaced characters. */
export function jsonWriter(onReplaced: EncoderOptions['onReplaced']): JsonWriter {
  if (onReplaced === undefined) return answerJson;
  return (value, row) => {
    const json = stringifyJson(value);
    const readable = readableJson(json);
    if (readable !== json) onReplaced(row);
    return readable;
  };
}

type JsonWriter = (value: JsonValue, row: number) => string;

/** The row as an object: column name to value. */
export function rowObject(row: Row, columns: readonly string[]): JsonObject {
  if (row.kind === 'object') return row.object;
  const object: JsonObject = {};
  for (let index = 0; index < columns.length; index++) object[columns[index] ?? ''] = row.cells[index] ?? '';
  return object;
}

function extendingEncoder({
  to,
  header,
  mark = '',
  outputColumn,
  spreadColumns = [],
  onReplaced,
}: EncoderOptions): RowEncoder {
  const cell = cellWriter(onReplaced);
  const { delimiter, newline } = to;
  const quoteCell = quotedCellWriter(delimiter, to.quoting ?? DOUBLED_QUOTES);
  const add = (text: string, cell: string) => text + delimiter + quoteCell(cell);
  const hasAnswers = outputColumn !== undefined;
  return {
    header: mark + namesBehind({ outputColumn, spreadColumns }).reduce(add, header) + newline,
    encode:
      hasAnswers && spreadColumns.length === 0
        ? (row, answer) => row.text + delimiter + quoteCell(cell(answer, row.number)) + newline
        : (row, answer, spread) =>
            valuesBehind(hasAnswers, answer, spread, spreadColumns)
              .map((value) => cell(value, row.number))
              .reduce(add, row.text) + newline,
  };
}

function csvEncoder(options: EncoderOptions): RowEncoder {
  const { from, to, columns, mark = '', otherColumn, outputColumn, spreadColumns = [], onReplaced } = options;
  const write = recordWriter(to);
  const cell = cellWriter(onReplaced);
  const known = new Set(columns);
  const cells = (row: Row) =>
    otherColumn === undefined
      ? cellsOf(row, columns, cell)
      : [
          ...cellsOf(row, columns, cell),
          row.kind === 'cells' ? '' : cell(otherFields(row.object, known), row.number),
        ];
  return {
    header:
      (from.format === 'jsonl' ? '' : mark) +
      write([
        ...columns,
        ...(otherColumn === undefined ? [] : [otherColumn]),
        ...namesBehind({ outputColumn, spreadColumns }),
      ]),
    encode: (row, answer, spread) =>
      write([
        ...cells(row),
        ...valuesBehind(outputColumn !== undefined, answer, spread, spreadColumns).map((value) =>
          cell(value, row.number),
        ),
      ]),
  };
}

/** Writes the cells of a record, with its line end, for a file of that layout. */
export function recordWriter({ delimiter, newline, quoting }: Layout): (cells: readonly string[]) => string {
  const write = quotedCellWriter(delimiter, quoting ?? DOUBLED_QUOTES);
  return (cells) => cells.map(write).join(delimiter) + newline;
}

/** The fields of an object without a column of their own; undefined where there are none. */
export function otherFields(object: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  const others = Object.entries(object).filter(([name]) => !known.has(name));
  return others.length === 0 ? undefined : Object.fromEntries(others);
}

function jsonlEncoder({
  columns,
  mark = '',
  outputColumn,
  spreadColumns = [],
  failedAnswer = null,
  from,
  to,
  onReplaced,
}: EncoderOptions): RowEncoder {
  const json = jsonWriter(onReplaced);
  const name = outputColumn === undefined ? undefined : JSON.stringify(outputColumn);
  const keys = columns.map((column) => JSON.stringify(column));
  const spreadKeys = spreadColumns.map((column) => JSON.stringify(column));
  return {
    // JSON has no byte order mark (RFC 8259, 8.1): only lines that came with one keep it.
    header: from.format === 'jsonl' && from.framing === undefined ? mark : '',
    encode: (row, answer, spread) => {
      const text = row.kind === 'object' ? row.text : cellsAsJson(row.cells, keys);
      const open = text.slice(0, -1).trimEnd();
      const comma = open.endsWith('{') ? '' : ',';
      const { number } = row;
      const more = spreadKeys.length === 0 ? '' : spreadAsJson(spread, spreadKeys, json, number);
      if (name === undefined) return `${open}${comma}${more.slice(1)}}${to.newline}`;
      return `${open}${comma}${name}:${json(answer === undefined ? failedAnswer : answer, number)}${more}}${to.newline}`;
    },
  };
}

/** The columns behind a row's own. */
export function namesBehind({
  outputColumn,
  spreadColumns = [],
}: Pick<EncoderOptions, 'outputColumn' | 'spreadColumns'>): readonly string[] {
  return outputColumn === undefined ? spreadColumns : [outputColumn, ...spreadColumns];
}

/** The values behind a row's own cells: its answer, where that has a column, and the spread parts of it. */
function valuesBehind(
  hasAnswers: boolean,
  answer: JsonValue | undefined,
  spread: Spread = [],
  columns: readonly string[],
): readonly (JsonValue | undefined)[] {
  const parts = columns.map((_, index) => spread[index]);
  return hasAnswers ? [answer, ...parts] : parts;
}

/** A missing value is null: for an empty text among numbers or objects, readers refuse the whole file. */
function spreadAsJson(spread: Spread = [], keys: readonly string[], json: JsonWriter, row: number): string {
  return keys.map((key, index) => `,${key}:${json(spread[index] ?? null, row)}`).join('');
}

/** Written by hand, since an object would put names that are numbers (2024) before all others. */
export function cellsAsJson(cells: readonly string[], keys: readonly string[]): string {
  return `{${keys.map((key, index) => `${key}:${JSON.stringify(cells[index] ?? '')}`).join(',')}}`;
}

function cellsOf(row: Row, columns: readonly string[], cell: CellWriter): readonly string[] {
  if (row.kind === 'cells') return row.cells;
  return columns.map((name) => (Object.hasOwn(row.object, name) ? cell(row.object[name], row.number) : ''));
}
