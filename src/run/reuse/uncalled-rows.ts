import type { WhyUncalled } from '../../batch/uncalled-row-executor.js';
import { isBlankRow } from '../../rows/row.js';
import type { FilledColumns } from '../plan/filled-columns.js';
import type { RowSelection } from '../plan/row-selection.js';

/** The rows that were chosen, and those that have what they would be called for. */
export interface UncalledRows {
  /** Undefined: all rows are called. */
  readonly selection?: RowSelection | undefined;
  readonly filled?: FilledColumns | undefined;
}

/** Which rows take no call, whatever they ask. */
export function whyUncalled({ selection, filled }: UncalledRows): WhyUncalled {
  return (row) => {
    if (isBlankRow(row)) return 'blank';
    if (filled?.isFilled(row)) return 'filled';
    return selection === undefined || selection.isSelected(row) ? undefined : 'left-out';
  };
}
