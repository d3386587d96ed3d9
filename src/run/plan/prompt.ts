import type { FabricDefinition } from '../../fabric/definition.js';
import { FabricFileError } from '../../fabric/file/fabric-file-error.js';
import type { ColumnUse } from '../../fabric/prompt/column-uses.js';
import type { UnknownColumn } from '../../fabric/prompt/compile-prompt.js';
import { nearestName } from '../../fabric/prompt/nearest-name.js';
import { InputError } from '../../rows/input-error.js';
import type { SelectedInput } from '../../rows/input-selection.js';
import type { Look } from '../../rows/look.js';
import { shortened } from '../settings/no-such-columns.js';
import type { RunSettings } from '../settings/settings.js';
import type { InputPlan } from './input.js';

/** Where a prompt is from, and what is sent to it. */
export interface PromptSurroundings {
  /** Of the fabric file. */
  readonly path: string;
  /** Where in it the fabric is; undefined: it is all of it. */
  readonly at?: readonly (string | number)[];
  /** Undefined: all columns. */
  readonly inputs: readonly SelectedInput[] | undefined;
  readonly input: Pick<InputPlan, 'source' | 'look'>;
  /** What it is sent besides. */
  readonly also?: readonly string[];
  /** What says what it is sent, where that is not --inputs. */
  readonly sentBy?: string;
}

/** What of a row makes its prompt. */
export interface PromptUses {
  readonly columns: readonly string[];
  /** Inputs that name files, whose contents go with the prompt. */
  readonly files: readonly string[];
  /** True if the prompt may use other columns too. */
  readonly goesThroughRow: boolean;
}

/**
 * Checks that every column that a fabric's templates use is sent to it.
 *
 * @returns what they use; undefined where the fabric has no templates, and is sent all columns.
 * @throws FabricFileError with all that are not sent, each with its line, and the column that was probably meant.
 */
export async function checkPrompt(
  definition: FabricDefinition,
  { path, at = [], inputs, input: { look, source }, also = [], sentBy = '--inputs' }: PromptSurroundings,
): Promise<PromptUses | undefined> {
  // A model in a file that has no prompt is sent the row as it is.
  if (definition.provider === 'promptha' || definition.prompt === '') return undefined;
  const names = [...(inputs?.map(({ input }) => input) ?? look.columns), ...also];
  const { compilePrompt, unknownColumns } = await import('../../fabric/prompt/compile-prompt.js');
  const prompt = compilePrompt(definition);
  // A JSONL file without a row has no columns, and nothing to be asked.
  const files = definition.provider === 'llama' ? [] : (definition.attachments ?? []);
  const sent = { columns: [...prompt.columns, ...files.map(fileUse)] };
  const unknown = names.length === 0 && look.rows.length === 0 ? [] : unknownColumns(sent, names);
  if (unknown.length > 0) {
    const lacking = inputs === undefined ? `${source.name} has` : `${sentBy} sends`;
    throw await unknownColumnsError({ path, at }, unknown, lacking, names);
  }
  const { goesThroughRow } = prompt;
  const columns = new Set(prompt.columns.map((use) => use.name));
  return { columns: [...columns].filter((name) => !also.includes(name)), files, goesThroughRow };
}

function fileUse(name: string): ColumnUse {
  return { name, text: 'attachments', line: 1, throughRow: false };
}

/** All columns that templates use and that are not sent, each with the line of the file in which it stands. */
async function unknownColumnsError(
  { path, at }: Required<Pick<PromptSurroundings, 'path' | 'at'>>,
  unknown: readonly UnknownColumn[],
  sent: string,
  names: readonly string[],
): Promise<FabricFileError> {
  const { placesOfTexts } = await import('../../fabric/file/places-of-texts.js');
  const places = await placesOfTexts(path, unknown, at);
  const listed = `; there are ${shortened(names)}`;
  return new FabricFileError(
    unknown.map(({ name }, index) => {
      const nearest = nearestName(name, names);
      const meant = nearest === undefined ? '' : `, perhaps "${nearest}"`;
      const last = index === unknown.length - 1 ? listed : '';
      const text = `"${name}" is used, but ${sent} no such column${meant}${last}`;
      return { ...(places[index] ?? { file: path }), text };
    }),
  );
}

/** What several fabrics use of a row; undefined where one of them is sent all of it. */
export function usesOfAll(uses: readonly (PromptUses | undefined)[]): PromptUses | undefined {
  const known = uses.filter((one) => one !== undefined);
  if (known.length < uses.length) return undefined;
  return {
    columns: [...new Set(known.flatMap(({ columns }) => columns))],
    files: [...new Set(known.flatMap(({ files }) => files))],
    goesThroughRow: known.some(({ goesThroughRow }) => goesThroughRow),
  };
}

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
    inputs?.map(({ column }) => column) ??
      (isAllSent ? columns : [...(prompt?.columns ?? []), ...(prompt?.files ?? [])]),
  );
  const problem = odd.find(({ column }) => used.has(column))?.problem;
  if (problem === undefined) return;
  const otherwise = isAllSent ? ', or name the columns to send with --inputs' : '';
  throw new InputError(`${name}: ${problem}${otherwise}`);
}
