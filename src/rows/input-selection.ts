import { stringifyJson } from '../json/stringify-json.js';
import type { JsonObject, Row } from './row.js';

/** One input of the fabric and the column it comes from. */
export interface SelectedInput {
  readonly input: string;
  readonly column: string;
}

/** Returns a function that gives a row's inputs. Without a selection, all columns are sent but those that are `unsent`. */
export function inputsReader(
  columns: readonly string[],
  selected: readonly SelectedInput[] | undefined,
  unsent: ReadonlySet<string> = new Set(),
): (row: Row) => JsonObject {
  const wanted =
    selected ?? columns.filter((column) => !unsent.has(column)).map((column) => ({ input: column, column }));
  const cells = wanted.map(({ input, column }) => ({ input, index: columns.indexOf(column) }));
  return (row) => {
    const inputs: JsonObject = {};
    if (row.kind === 'cells') {
      for (const { input, index } of cells) inputs[input] = row.cells[index] ?? '';
      return inputs;
    }
    // Rows of a JSONL file differ, so all of a row's own fields are sent, not only those of the first rows.
    if (selected === undefined) return unsent.size === 0 ? row.object : without(row.object, unsent);
    for (const { input, column } of selected) {
      const value = Object.hasOwn(row.object, column) ? row.object[column] : undefined;
      if (value !== undefined) inputs[input] = value;
    }
    return inputs;
  };
}

function without(object: JsonObject, unsent: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !unsent.has(name)));
}

/**
 * Makes a function that gives a column's value in a row as a text: of JSON, what is no text as JSON, and null and what is
 * missing as an empty text.
 *
 * @param columns the header's names, in order; unused for rows of JSONL.
 * @example
 * const nameOf = columnText(['id', 'name'], 'name');
 */
export function columnText(columns: readonly string[], column: string): (row: Row) => string {
  const index = columns.indexOf(column);
  return (row) => {
    if (row.kind === 'cells') return row.cells[index] ?? '';
    const value = row.object[column] ?? null;
    if (value === null) return '';
    return typeof value === 'string' ? value : stringifyJson(value);
  };
}
