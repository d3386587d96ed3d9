import type { WhyUncalled } from '../../batch/uncalled-row-executor.js';
import { isBlankRow } from '../../rows/row.js';
import type { RowSelection } from '../plan/row-selection.js';

/** Which rows take no call, whatever they ask. */
export function whyUncalled(selection: RowSelection | undefined): WhyUncalled {
  if (selection === undefined) return (row) => (isBlankRow(row) ? 'blank' : undefined);
  return (row) => (isBlankRow(row) ? 'blank' : selection.isSelected(row) ? undefined : 'left-out');
}
