import type { JsonObject } from '../json/json-value.js';

export type { JsonObject, JsonValue } from '../json/json-value.js';

/** A record of a CSV or TSV file. Its values are text and stay text. */
export interface CellRow {
  readonly kind: 'cells';
  /** From 1, in input order. */
  readonly number: number;
  /** As many as the header has columns, in its order. */
  readonly cells: readonly string[];
  /** The record as it stood in the file, without its line end: written back, it keeps even its quotes. */
  readonly text: string;
  attached?: Attached;
}

/** A line of a JSONL file. */
export interface ObjectRow {
  readonly kind: 'object';
  /** From 1, in input order. */
  readonly number: number;
  readonly object: JsonObject;
  /** The line as it stood in the file, so that writing it back changes no digit of a number. */
  readonly text: string;
  attached?: Attached;
}

/**
 * What the files that a row names hold, in their order: the SHA-256 of each; a URL stands for itself. Set where a fabric
 * is sent files, before anything is asked: rows ask the same where the files are the same, whatever their names.
 */
export type Attached = readonly string[];

/** One record of the input. */
export type Row = CellRow | ObjectRow;

/** True if no cell of the row holds text (`,,,`): such a row takes no call. */
export function isBlankRow(row: Row): boolean {
  return row.kind === 'cells' && row.cells.every((cell) => cell === '' || cell.trim() === '');
}

/** A record that could not be parsed. It takes a row number, but no place in the output. */
export interface UnreadableRow {
  readonly number: number;
  /** The line of the file on which it starts, from 1. */
  readonly line: number;
  /** What was wanted and what was got, for a person. */
  readonly problem: string;
  /** The text as it stood in the file, cut where it is endless. */
  readonly raw: string;
}

/**
 * A place between two records of an input, from which reading can continue. Its CRC-32 of all bytes before it shows
 * a changed file.
 */
export interface Position {
  /** Bytes before it; of the decompressed text where the file is compressed. */
  readonly offset: number;
  /** Rows before it, the unreadable ones included. */
  readonly row: number;
  /** The line number that comes next, from 1. */
  readonly line: number;
  /** CRC-32 of all bytes before it. */
  readonly crc: number;
}

/** The beginning of an input. */
export const START: Position = { offset: 0, row: 0, line: 1, crc: 0 };

/** Consecutive rows and the position after them. Blocks end at every multiple of the block size. */
export interface RowBlock {
  readonly rows: readonly Row[];
  /** In order of their numbers; empty where unreadable rows stop the run. */
  readonly unreadable: readonly UnreadableRow[];
  readonly end: Position;
  /** Size in the file. */
  readonly bytes: number;
  /** Set where the batch ends early because its rows are large. */
  readonly endsBatch?: true;
}
