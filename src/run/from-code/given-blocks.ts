import { type RowBlock, START } from '../../rows/row.js';
import type { RunStop } from '../control/stop.js';
import type { GivenRow, GivenRows } from './given-rows.js';

export interface GivenBlocksOptions<R> {
  /** Only the first rows; undefined: all. */
  readonly limit: number | undefined;
  readonly stop: RunStop;
  /** Resolves when another row is wanted; undefined where one is. */
  readonly mayGoOn: () => Promise<void> | undefined;
  /** Called with each row before it enters the pipeline. */
  readonly taken: (given: GivenRow<R>) => void;
}

/**
 * Rows from code as blocks of one row each, so that no row waits for the next one to come. Where getting the next one
 * fails, the rows before it are finished, and then the run stops.
 */
export async function* givenBlocks<R extends object>(
  rows: GivenRows<R>,
  { limit = Number.POSITIVE_INFINITY, stop, mayGoOn, taken }: GivenBlocksOptions<R>,
): AsyncGenerator<RowBlock, void> {
  let offset = 0;
  for (let number = 1; number <= limit; number++) {
    await mayGoOn();
    if (stop.signal.aborted) return;
    const given = await nextOf(rows, stop);
    if (given === undefined) return;
    taken(given);
    offset += given.bytes;
    yield {
      rows: [given.row],
      unreadable: [],
      end: { ...START, offset, row: number, line: number + 1 },
      bytes: given.bytes,
    };
  }
}

async function nextOf<R extends object>(rows: GivenRows<R>, stop: RunStop): Promise<GivenRow<R> | undefined> {
  try {
    return await rows.next();
  } catch (error) {
    stop.requestAfterRows({
      kind: 'failure',
      error: error instanceof Error ? error : new Error(String(error)),
    });
    return undefined;
  }
}
