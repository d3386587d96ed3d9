import type { RowRanges } from './row-ranges.js';

/** Rows a block: small, so that few shards share one where each has a single row. */
const BLOCK_ROWS = 64;

/** A shard, as far as its rows are concerned. */
export interface ShardOfRows {
  readonly rows: RowRanges;
}

/**
 * Shards by the rows in them, by blocks of rows: it is asked for each row that waits, and there may be a shard a row.
 * Their rows may overlap, and lie anywhere.
 */
export class RowsOnTheirWay<Shard extends ShardOfRows> {
  readonly #byBlock = new Map<number, Shard[]>();

  add(shard: Shard): void {
    for (const block of blocksOf(shard)) {
      const there = this.#byBlock.get(block);
      if (there === undefined) this.#byBlock.set(block, [shard]);
      else there.push(shard);
    }
  }

  /** What is not there is no error. */
  remove(shard: Shard): void {
    for (const block of blocksOf(shard)) {
      const left = this.#byBlock.get(block)?.filter((other) => other !== shard) ?? [];
      if (left.length === 0) this.#byBlock.delete(block);
      else this.#byBlock.set(block, left);
    }
  }

  has(row: number): boolean {
    return this.#byBlock.get(blockOf(row))?.some(({ rows }) => rows.has(row)) ?? false;
  }
}

function blockOf(row: number): number {
  return Math.floor(row / BLOCK_ROWS);
}

/** Each block once, ascending. */
function* blocksOf({ rows }: ShardOfRows): Generator<number, void> {
  let last = -1;
  for (const row of rows) {
    const block = blockOf(row);
    if (block !== last) yield block;
    last = block;
  }
}
