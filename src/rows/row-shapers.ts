import { DEEPEST } from '../json/nesting.js';
import { counted } from '../wording/wording.js';
import type { RowShaper } from './block-reader-options.js';
import { InputError } from './input-error.js';
import { objectInLine } from './splitters/object-in-line.js';
import { onOneLine } from './splitters/on-one-line.js';

/**
 * Makes rows of CSV records that have as many fields as the header. With a `filler`, the delimiter, a record with fewer
 * fields gets empty cells, and the delimiters that its text lacks.
 */
export function cellRowShaper(columns: readonly string[], filler?: string): RowShaper<string[]> {
  const wanted = columns.length;
  return (cells, number, text) => {
    if (cells.length === wanted) return { kind: 'cells', number, cells, text };
    const missing = wanted - cells.length;
    if (filler === undefined || missing < 0)
      return `wanted ${counted(wanted, 'field')} as in the header, got ${cells.length}`;
    const filled = [...cells, ...new Array<string>(missing).fill('')];
    return { kind: 'cells', number, cells: filled, text: text + filler.repeat(missing) };
  };
}

export interface LineParsing {
  /** How deep a line's values may be nested. */
  readonly deepest?: number;
  /** Called for each row with `NaN` or `Infinity`, which are read as text. */
  readonly onWords?: (row: number) => void;
}

/**
 * Makes rows of JSONL lines that are objects.
 *
 * @param outputColumn the answer's column, which no row may have.
 * @param allowed columns of the CSV output. A row with another ends the reading with an InputError, since the input has
 *   grown and the row is not at fault.
 * @param spreadColumns the output's columns behind the answer's, which no row may have either.
 */
export function objectRowShaper(
  outputColumn?: string,
  allowed?: ReadonlySet<string>,
  spreadColumns: readonly string[] = [],
  { deepest = DEEPEST, onWords = () => {} }: LineParsing = {},
): RowShaper<string> {
  return (line, number) => {
    const found = objectInLine(line, deepest);
    if (typeof found === 'string') return found;
    const { object: value, text, hasWords } = found;
    if (hasWords) onWords(number);
    if (outputColumn !== undefined && Object.hasOwn(value, outputColumn)) {
      return `wanted no column "${outputColumn}" (the answer goes there), got one (choose another with --output-column)`;
    }
    const taken = spreadColumns.find((name) => Object.hasOwn(value, name));
    if (taken !== undefined) {
      return `wanted no column "${taken}" (a part of the answer goes there), got one (rename it, or leave that part out of --columns)`;
    }
    const unknown = allowed && Object.keys(value).find((name) => !allowed.has(name));
    if (unknown !== undefined) {
      throw new InputError(
        `row ${number} brings a column "${unknown}" that the file did not have when the run began: going on gives the output that column`,
      );
    }
    return { kind: 'object', number, object: value, text: onOneLine(text) };
  };
}
