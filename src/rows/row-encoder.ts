import { stringify } from 'csv-stringify/sync';
import type { Layout } from './format.js';
import type { JsonObject, JsonValue, Row } from './row.js';

/** Turns rows and answers into the text of the output file. */
export interface RowEncoder {
  /** The header line with its line end; empty for JSONL. */
  readonly header: string;
  /** The row with its answer in the output's column, with its line end. A failed row has no answer. */
  encode(row: Row, answer: JsonValue | undefined): string;
}

export interface EncoderOptions {
  readonly from: Layout;
  readonly to: Layout;
  readonly columns: readonly string[];
  /** The header as it stood in the input. */
  readonly header: string;
  readonly outputColumn: string;
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

function extendingEncoder({ to, header, outputColumn }: EncoderOptions): RowEncoder {
  const { delimiter, newline } = to;
  const quoteCell = cellQuoter(delimiter);
  return {
    header: header + delimiter + quoteCell(outputColumn) + newline,
    encode: (row, answer) => row.text + delimiter + quoteCell(answerCell(answer)) + newline,
  };
}

function csvEncoder({ to, columns, outputColumn }: EncoderOptions): RowEncoder {
  const format = {
    delimiter: to.delimiter,
    record_delimiter: to.newline,
    // csv-stringify looks only for its own line end; another kind inside a field would end the record for a reader.
    quoted_match: /[\r\n]/,
  };
  return {
    header: stringify([[...columns, outputColumn]], format),
    encode: (row, answer) => stringify([[...cellsOf(row, columns), answerCell(answer)]], format),
  };
}

function jsonlEncoder({ columns, outputColumn, to }: EncoderOptions): RowEncoder {
  const name = JSON.stringify(outputColumn);
  const keys = columns.map((column) => JSON.stringify(column));
  return {
    header: '',
    encode: (row, answer) => {
      const text = row.kind === 'object' ? row.text : cellsAsJson(row.cells, keys);
      const open = text.slice(0, -1).trimEnd();
      const comma = open.endsWith('{') ? '' : ',';
      return `${open}${comma}${name}:${JSON.stringify(answer ?? '')}}${to.newline}`;
    },
  };
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
