import type { DeadLetter } from '../../checkpoint/dead-letter.js';
import { adviceOnFailures } from '../../run/inspect/failure-advice.js';
import { cellText } from '../../run/retry/corrections.js';
import type { Failures, FailuresOfKind } from '../../run/retry/failures.js';
import { commandOf, shellCommand } from '../../run/settings/shell-command.js';
import { counted } from '../../wording/wording.js';
import { paint } from '../paint.js';
import { firstLine } from './side-by-side.js';

/** A run, as the commands about it name it. */
interface RunFiles {
  readonly output: string;
  /** Of the checkpoint. */
  readonly folder: string | undefined;
}

/**
 * The failed rows of a run: a paragraph a kind, with what to do about it, and two lines a row.
 *
 * @param columns the width to keep to, in characters.
 */
export function failuresText({ kinds }: Failures, run: RunFiles, columns: number): string {
  if (kinds.length === 0) return 'no row failed\n';
  const paragraphs = kinds.map((kind) => paragraph(kind, run, columns));
  const csv = `Correct rows, and try them again as corrected:
  ${shellCommand([...commandOf('failures', run), '--csv'])} > failed.csv
  ${shellCommand([...commandOf('retry', run), '--from', 'failed.csv'])}
`;
  return [...paragraphs, ...(kinds.some(({ kind }) => kind !== 'unreadable') ? [csv] : [])].join('\n');
}

function paragraph({ kind, count, letters }: FailuresOfKind, run: RunFiles, columns: number): string {
  const head = `${paint.yellow(`${kind}:`)} ${counted(count, 'row')}; ${whatToDo(kind, run)}\n`;
  const more =
    count > letters.length ? `  and ${counted(count - letters.length, 'more row', 'more rows')}\n` : '';
  return head + letters.map((letter) => rowLines(letter, columns)).join('') + more;
}

function whatToDo(kind: string, run: RunFiles): string {
  const advice = adviceOnFailures(kind);
  if (advice.kind === 'change') return advice.what;
  return `another try may mend them: ${shellCommand([...commandOf('retry', run), '--kind', kind])}`;
}

function rowLines({ row, error, item, raw }: DeadLetter, columns: number): string {
  const head = `  row ${row}  `;
  const fields =
    item === null
      ? (raw ?? '')
      : Object.entries(item)
          .map(([name, value]) => `${name}: ${cellText(value)}`)
          .join(' · ');
  return `${head}${firstLine(error.message, columns - head.length)}\n      ${paint.dim(firstLine(fields, columns - 6))}\n`;
}
