import { SetUpError } from '../settings/set-up-error.js';
import type { AnswerColumn, InputColumns } from './columns.js';

/** The columns about the calls of each row, in the order in which they stand behind the answer's. */
export const META_COLUMNS = [
  'ai_model',
  'ai_tokens_in',
  'ai_tokens_out',
  'ai_cost',
  'ai_latency_ms',
  'ai_tier',
  'ai_error',
] as const;

export type MetaColumn = (typeof META_COLUMNS)[number];

/** @throws SetUpError where one of them is there already. */
export function decideMetaColumns(
  { metaColumns, outputColumn }: { readonly metaColumns: boolean; readonly outputColumn: string },
  answerColumns: readonly AnswerColumn[],
  input: InputColumns,
): readonly MetaColumn[] {
  if (!metaColumns) return [];
  for (const column of META_COLUMNS) {
    if (input.columns.includes(column)) {
      throw new SetUpError(
        `--meta-columns: ${input.name} has a column "${column}" already; rename it, or leave out --meta-columns`,
      );
    }
    if (column === outputColumn || answerColumns.some((other) => other.column === column)) {
      throw new SetUpError(
        `--meta-columns: "${column}" is a column of the answers already; give them another name, or leave out --meta-columns`,
      );
    }
  }
  return META_COLUMNS;
}
