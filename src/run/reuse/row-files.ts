import type { WhyUncalled } from '../../batch/uncalled-row-executor.js';
import { contentsOf } from '../../fabric/attachments/contents.js';
import { FileBytes } from '../../fabric/attachments/file-bytes.js';
import type { FilePlaces } from '../../fabric/attachments/named-files.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { JsonObject, Row, RowBlock } from '../../rows/row.js';
import { attachedColumns, type CallPlan } from '../plan/call-plan.js';

/** Sets what the files of rows hold (`attached`), before the rows are told from each other. */
export type LookAtFiles = (rows: readonly Row[]) => Promise<void>;

/**
 * Undefined where no fabric of the run is sent files.
 *
 * @param whyUncalled files of rows that take no call are not looked at
 */
export function fileLook(
  calls: CallPlan,
  folder: string,
  inputsOf: (row: Row) => JsonObject,
  whyUncalled: WhyUncalled = () => undefined,
): LookAtFiles | undefined {
  const columns = attachedColumns(calls);
  if (columns.length === 0) return undefined;
  const places: FilePlaces = { columns, folder };
  const bytes = new FileBytes();
  return async (rows) => {
    await Promise.all(
      rows.map(async (row) => {
        if (row.attached !== undefined || whyUncalled(row) !== undefined) return;
        const contents = await contentsOf(inputsOf(row), places, bytes);
        if (contents.length > 0) row.attached = contents;
      }),
    );
  };
}

/**
 * Where no answer is shared or kept, what files hold before their calls does not matter: they are read once. The answers of
 * steps are kept in dead letters.
 */
export function tellsFilesApart({
  sharesAnswers,
  cache,
  steps,
}: Pick<CallPlan, 'steps'> & {
  readonly sharesAnswers: boolean;
  readonly cache: object | undefined;
}): boolean {
  return sharesAnswers || cache !== undefined || steps !== undefined;
}

/** The same by the names of the files alone, of which none is read: rows whose files are equal may count as different. */
export function nameLook(calls: CallPlan, inputsOf: (row: Row) => JsonObject): LookAtFiles | undefined {
  const columns = attachedColumns(calls);
  if (columns.length === 0) return undefined;
  return async (rows) => {
    for (const row of rows) {
      const inputs = inputsOf(row);
      row.attached = columns.map((column) => stringifyJson(inputs[column] ?? null));
    }
  };
}

/** The blocks, with what the files of their rows hold. */
export function withFilesLookedAt(
  blocks: AsyncGenerator<RowBlock, void>,
  look: LookAtFiles | undefined,
): AsyncGenerator<RowBlock, void> {
  return look === undefined ? blocks : lookedAt(blocks, look);
}

async function* lookedAt(
  blocks: AsyncGenerator<RowBlock, void>,
  look: LookAtFiles,
): AsyncGenerator<RowBlock, void> {
  for await (const block of blocks) {
    await look(block.rows);
    yield block;
  }
}
