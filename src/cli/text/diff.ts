import { visibleText } from '../../monitor/visible-text.js';
import { shownName } from '../../rows/header-names.js';
import type { Diff, RowDifference, ValueChange } from '../../run/compare/diff-files.js';
import { counted, formatCount } from '../../wording/wording.js';
import { wrapped } from './side-by-side.js';

/** A row that differs: a heading, and a line or more for each value. */
export function differenceText(difference: RowDifference, width: number): string {
  const key = difference.key === undefined ? '' : ` (key ${visibleText(difference.key)})`;
  switch (difference.kind) {
    case 'removed':
      return `row ${difference.before}${key}: only in the first file\n`;
    case 'added':
      return `row ${difference.after}${key}: only in the second file\n`;
    case 'changed': {
      const { before, after, changes } = difference;
      const number = before === after ? `row ${before}` : `row ${before} → ${after}`;
      return `${number}${key}\n${changes.map((change) => changeText(change, width)).join('')}`;
    }
  }
}

/** On one line where it fits there; else what was, and below it what is. */
function changeText({ column, before, after }: ValueChange, width: number): string {
  const name = visibleText(column);
  const [old, now] = [shownValue(before), shownValue(after)];
  const line = `  ${name}: ${old} → ${now}`;
  if (line.length <= width && !line.includes('\n')) return `${line}\n`;
  return `  ${name}:\n${marked('-', old, width)}${marked('+', now, width)}`;
}

function shownValue(value: string): string {
  return value === '' ? '(empty)' : value;
}

function marked(mark: string, text: string, width: number): string {
  return wrapped(text, width - 6)
    .map((line) => `    ${mark} ${line}\n`)
    .join('');
}

/** `12 of 500 rows differ: topic in 10, urgent in 4`, and what only one file has. */
export function diffSummary({ tally, onlyBefore, onlyAfter }: Diff): string {
  const { paired, changed, removed, added, byColumn } = tally;
  const columns = [...byColumn]
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${visibleText(name)} in ${formatCount(count)}`);
  const lines = [
    changed === 0
      ? `no difference in ${counted(paired, 'row')}`
      : `${formatCount(changed)} of ${counted(paired, 'row')} ${changed === 1 ? 'differs' : 'differ'}: ${columns.join(', ')}`,
    ...(removed === 0 ? [] : [`${counted(removed, 'row')} only in the first file`]),
    ...(added === 0 ? [] : [`${counted(added, 'row')} only in the second file`]),
    ...onlyIn('first', onlyBefore),
    ...onlyIn('second', onlyAfter),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function onlyIn(which: string, columns: readonly string[]): string[] {
  if (columns.length === 0) return [];
  return [
    `not compared, only in the ${which} file: ${columns.map((column) => shownName(column)).join(', ')}`,
  ];
}
