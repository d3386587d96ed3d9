import { Readable } from 'node:stream';
import { columnText } from '../../rows/input-selection.js';
import { readRows } from '../../rows/read-rows.js';
import type { Row } from '../../rows/row.js';
import { type InputSettings, openInput, withAllNames } from '../plan/input.js';
import { SetUpError } from '../settings/set-up-error.js';

/** Rows that are read at a time. */
const BLOCK_ROWS = 500;

/** A file of rows to be compared. */
export interface TableFile {
  readonly path: string;
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<Row>;
  /** The value of a column as a text: of JSON, what is no text as JSON; null and what is missing as an empty text. */
  valueOf(column: string): (row: Row) => string;
}

/**
 * Opens a file whose name tells its format.
 *
 * @throws SetUpError, InputError
 */
export async function openTable(path: string): Promise<TableFile> {
  // Standard input could be read only once, and only by one of two files.
  if (path === '-') throw new SetUpError('standard input cannot be compared; give two files');
  const settings: InputSettings = { input: path, badRows: 'stop' };
  const nothing = Readable.from([]);
  const { source, look } = await withAllNames(await openInput(settings, nothing), settings);
  const { columns, layout, start } = look;
  const rows = readRows(source, layout, {
    columns,
    from: start,
    blockRows: BLOCK_ROWS,
    badRows: 'stop',
  });
  return { path, columns, rows: eachRow(rows), valueOf: (column) => columnText(columns, column) };
}

async function* eachRow(blocks: ReturnType<typeof readRows>): AsyncGenerator<Row, void> {
  for await (const { rows } of blocks) yield* rows;
}
