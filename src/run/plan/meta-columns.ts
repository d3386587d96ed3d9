import { META_COLUMNS, type MetaColumn } from '../settings/meta-column-names.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import type { AnswerColumn, InputColumns } from './columns.js';

/** @throws SetUpError where one of them is there already. */
export function decideMetaColumns(
  { metaColumns, outputColumn }: Pick<RunSettings, 'metaColumns' | 'outputColumn'>,
  answerColumns: readonly AnswerColumn[],
  input: InputColumns,
): readonly MetaColumn[] {
  const columns =
    metaColumns === 'all' ? META_COLUMNS : META_COLUMNS.filter((name) => metaColumns.includes(name));
  for (const column of columns) {
    if (input.columns.includes(column)) {
      throw new SetUpError(
        `--meta-columns: ${input.name} has a column "${column}" already; rename it, or leave it out of --meta-columns`,
      );
    }
    if (column === outputColumn || answerColumns.some((other) => other.column === column)) {
      throw new SetUpError(
        `--meta-columns: "${column}" is a column of the answers already; give them another name, or leave out --meta-columns`,
      );
    }
  }
  return columns;
}
