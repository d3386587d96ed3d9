import { InputError } from '../../rows/input-error.js';
import type { Look } from '../../rows/look.js';
import type { RunSettings } from '../settings/settings.js';
import type { PromptUses } from './prompt.js';

/**
 * A file may have a column without a name, or with another column's name, but such a column is ambiguous and not sent.
 *
 * @throws InputError
 */
export function checkUsedColumns(
  name: string,
  { columns, odd }: Pick<Look, 'columns' | 'odd'>,
  inputs: RunSettings['inputs'],
  prompt: PromptUses | undefined,
): void {
  if (odd.length === 0) return;
  const isAllSent = inputs === undefined && (prompt === undefined || prompt.goesThroughRow);
  const used = new Set(
    inputs?.map(({ column }) => column) ?? (isAllSent ? columns : (prompt?.columns ?? [])),
  );
  const problem = odd.find(({ column }) => used.has(column))?.problem;
  if (problem === undefined) return;
  const otherwise = isAllSent ? ', or name the columns to send with --inputs' : '';
  throw new InputError(`${name}: ${problem}${otherwise}`);
}
