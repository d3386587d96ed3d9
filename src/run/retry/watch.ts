import type { FinishedResult } from '../../fabric/row-result.js';
import { allWatches } from '../../monitor/all-watches.js';
import type { RunWatch } from '../../monitor/run-watch.js';
import type { Row } from '../../rows/row.js';
import { letterOfRow } from './letters.js';

/** A retry's watch, and who has to hear of each letter before it is tried. */
export interface RetryWatch {
  readonly watch: RunWatch;
  noteLetter(row: Row): void;
}

/**
 * Whoever watches a retry hears of the run's rows, by their own numbers and with their own fields: the rows of the
 * retry itself are dead letters, which nobody knows by number.
 */
export function retryWatch(watch: RunWatch): RetryWatch {
  /** Of the letters that are on their way. */
  const rowOf = new Map<number, number>();
  const { rowStarted, rowFinished, callRetried, ...others } = allWatches([watch]);
  return {
    watch: {
      ...others,
      ...(rowStarted && { rowStarted: (letter) => rowStarted(rowOf.get(letter) ?? letter) }),
      ...(callRetried && {
        callRetried: (kind, letter) => callRetried(kind, rowOf.get(letter) ?? letter),
      }),
      rowFinished: (result) => {
        rowOf.delete(result.row.number);
        rowFinished?.(asInRun(result));
      },
    },
    noteLetter: (row) => void rowOf.set(row.number, letterOfRow(row).row),
  };
}

function asInRun(result: FinishedResult): FinishedResult {
  const { row: number, item } = letterOfRow(result.row);
  return { ...result, row: { kind: 'object', number, object: item ?? {}, text: '' } };
}
