import type { Batch } from '../../src/batch/batch.js';
import type { FinishedResult, RowResult } from '../../src/fabric/row-result.js';
import type { CellRow, Row, RowBlock } from '../../src/rows/row.js';

export function aRow(number: number): CellRow {
  return { kind: 'cells', number, cells: [`${number}`], text: `${number}` };
}

/** Rows from `first` to `last`. */
export function rowsFrom(first: number, last: number): CellRow[] {
  return Array.from({ length: last - first + 1 }, (_, index) => aRow(first + index));
}

/** A block of the rows from `first` to `last`, ten bytes each. */
export function blockOf(first: number, last: number): RowBlock {
  const rows = rowsFrom(first, last);
  return {
    rows,
    unreadable: [],
    end: { offset: last * 10, row: last, line: last + 1, crc: 0 },
    bytes: rows.length * 10,
  };
}

/** All rows to `last`, in blocks of so many. */
export function* blocksTo(last: number, blockRows: number): Generator<RowBlock, void> {
  for (let row = 1; row <= last; row += blockRows) yield blockOf(row, Math.min(last, row + blockRows - 1));
}

export function batchOf(first: number, last: number): Batch {
  return blockOf(first, last);
}

export function answered(row: Row, answer = `answer ${row.number}`): FinishedResult {
  return { status: 'answered', row, answer, calls: 1, latencyMs: 1 };
}

export function abandoned(row: Row): RowResult {
  return { status: 'abandoned', row, calls: 0 };
}

export function numbersOf(results: readonly { readonly row: Row }[]): number[] {
  return results.map(({ row }) => row.number);
}
