import type { ByteSource } from './byte-source.js';
import type { Gap } from './gap.js';
import type { Position, Row } from './row.js';
import type { RecordSplitter } from './splitters/record-splitter.js';

/** Makes a row of a record, or returns the problem as text. */
export type RowShaper<R> = (record: R, number: number, text: string) => Row | string;

export interface BlockReaderOptions<R> {
  readonly source: ByteSource;
  readonly from: Position;
  /** Blocks end at every multiple of this row number, so that a batch always ends where a block does. */
  readonly blockRows: number;
  /** `stop`: an unreadable record ends the reading with an UnreadableRowError. `collect`: it goes into the block. */
  readonly badRows: 'stop' | 'collect';
  /** Reading ends after this row number, where one is given. */
  readonly lastRow?: number;
  readonly newline: string;
  readonly gap: Gap;
  readonly splitterAt: (offset: number) => RecordSplitter<R>;
  readonly shape: RowShaper<R>;
}
