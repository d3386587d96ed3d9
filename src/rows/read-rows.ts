import type { ByteSource } from './byte-source.js';
import type { Layout } from './format.js';
import { BETWEEN_ELEMENTS, BLANKS, NO_GAP } from './gap.js';
import { MAX_RECORD_BYTES, readBlocks } from './read-blocks.js';
import type { Position, RowBlock } from './row.js';
import { cellRowShaper, type LineParsing, objectRowShaper } from './row-shapers.js';
import { arraySplitter } from './splitters/array-splitter.js';
import { csvSplitter } from './splitters/csv-splitter.js';
import { jsonlSplitter } from './splitters/jsonl-splitter.js';

/** `fill`: a record with fewer fields than the header gets empty cells at its end. Undefined: it cannot be parsed. */
export type ShortRows = 'fill';

/** The value of `--bad-rows`. */
export type BadRows = 'stop' | 'dead-letter' | 'fill';

/** The reader's options for a value of `--bad-rows`. */
export function readingOf(badRows: BadRows): Pick<ReadOptions, 'badRows' | 'shortRows'> {
  if (badRows === 'fill') return { badRows: 'stop', shortRows: 'fill' };
  return { badRows: badRows === 'stop' ? 'stop' : 'collect' };
}

export interface ReadOptions extends LineParsing {
  /** The header's names; unused for JSONL. */
  readonly columns: readonly string[];
  readonly from: Position;
  /** Blocks end at every multiple of this row number. */
  readonly blockRows: number;
  /** `stop`: an unreadable record ends the reading with an UnreadableRowError. `collect`: it goes into the block. */
  readonly badRows: 'stop' | 'collect';
  readonly shortRows?: ShortRows;
  /** Reading ends after this row number, where one is given. */
  readonly lastRow?: number;
  /** JSONL: a name that no row may have, since the answer goes there. */
  readonly outputColumn?: string;
  /** JSONL: other names that no row may have, since parts of the answer go there. */
  readonly spreadColumns?: readonly string[];
  /** JSONL: the only names that rows may have, where the output's columns are fixed. */
  readonly onlyColumns?: ReadonlySet<string>;
}

/**
 * Reads the rows of an input from a position on, in blocks.
 *
 * @throws UnreadableRowError after the block before a bad row, where bad rows stop the reading.
 * @example
 * const options = { columns, from: START, blockRows: 50, badRows: 'stop' } as const;
 * for await (const { rows } of readRows(source, layout, options)) console.log(rows.length);
 */
export function readRows(
  source: ByteSource,
  layout: Layout,
  options: ReadOptions,
): AsyncGenerator<RowBlock, void> {
  const { from, blockRows, badRows } = options;
  const lastRow = options.lastRow === undefined ? {} : { lastRow: options.lastRow };
  const common = { source, from, blockRows, badRows, newline: layout.newline, ...lastRow };
  if (layout.format === 'jsonl') {
    return readBlocks({
      ...common,
      gap: layout.framing === 'array' ? BETWEEN_ELEMENTS : BLANKS,
      splitterAt: (offset) =>
        layout.framing === 'array'
          ? arraySplitter(offset, MAX_RECORD_BYTES)
          : jsonlSplitter(offset, MAX_RECORD_BYTES),
      shape: objectRowShaper(options.outputColumn, options.onlyColumns, options.spreadColumns, options),
    });
  }
  return readBlocks({
    ...common,
    gap: NO_GAP,
    splitterAt: (offset) => csvSplitter(layout, offset, MAX_RECORD_BYTES),
    shape: cellRowShaper(options.columns, options.shortRows === 'fill' ? layout.delimiter : undefined),
  });
}
