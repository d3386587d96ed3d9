import type { ListedRun } from '../../run/inspect/list.js';
import { formatCount, formatDuration } from '../../wording/wording.js';
import { countOf } from './status.js';

const HEADER = ['output', 'state', 'rows', 'failed', 'saved'];
/** Longer names are cut, so that a line fits into 80 columns. */
const NAME_WIDTH = 20;
const DAY_MS = 24 * 3_600_000;

/** A line a run, under a header. */
export function describeRuns(runs: readonly ListedRun[]): string {
  if (runs.length === 0) return 'no run in this folder\n';
  const rows = [HEADER, ...runs.map(cellsOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function cellsOf(run: ListedRun): string[] {
  const name =
    run.output.length <= NAME_WIDTH ? run.output : `…${run.output.slice(run.output.length - NAME_WIDTH + 1)}`;
  if ('problem' in run) return [name, 'unreadable', '', '', ''];
  const { rows, failed, state, savedAgoMs, savedAt } = run;
  const ago =
    savedAgoMs < DAY_MS ? `${formatDuration(savedAgoMs)} ago` : savedAt.slice(0, 16).replace('T', ' ');
  // The next column has the number of failed rows.
  return [
    name,
    state.replace(/ with failures$/, ''),
    countOf(rows.done, rows.total),
    formatCount(failed),
    ago,
  ];
}
