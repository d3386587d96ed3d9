import { type Checkpoint, positionOf, readCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import { type InputPlan, MOST_NAMES, type NamesBefore, withAllNames } from './input.js';
import type { OutputPlan } from './output.js';

/** Column for fields that appear too late to have columns of their own. */
const OTHER_COLUMN = 'other_fields';

/** The columns that a run's rows have. */
export interface RowNames {
  /** With the names of all rows. */
  readonly input: InputPlan;
  /**
   * Rows of a stream pass by only once: where they go to a CSV, fields that the first of them do not have go to this
   * column, as JSON.
   */
  readonly otherColumn: string | undefined;
}

/**
 * Looks through the rows of a JSONL file for names that its first rows do not have: there must be a column for each
 * before the first line of a CSV is written, and none may be where answers go. Of a run that is resumed, only the part
 * that is not done yet is looked through.
 *
 * @throws SetUpError where there are too many names for a CSV.
 */
export async function decideNames(
  settings: RunSettings,
  input: InputPlan,
  output: OutputPlan,
): Promise<RowNames> {
  const { source, look } = input;
  if (look.layout.format !== 'jsonl') return { input, otherColumn: undefined };
  const isText = output.layout.format !== 'jsonl';
  if (source.path === undefined) return { input, otherColumn: isText ? freeName(look.columns) : undefined };
  const all = await withAllNames(input, settings, await namesBefore(settings, output, look.columns));
  if (isText && all.look.columns.length > MOST_NAMES) {
    throw new SetUpError(
      `${source.name}: its rows have more than ${MOST_NAMES} different names, too many for the columns of a ${output.layout.format.toUpperCase()}; write JSONL (--output-format jsonl)`,
    );
  }
  return { input: all, otherColumn: undefined };
}

/**
 * The columns that must not be there where answers go. Where bad rows are put aside, a row behind those that were looked
 * at, and that has such a column, is one of them and no reason to refuse the file.
 */
export function columnsInTheWay(
  { badRows }: Pick<RunSettings, 'badRows'>,
  looked: InputPlan,
  all: InputPlan,
): readonly string[] {
  return (badRows === 'dead-letter' ? looked : all).look.columns;
}

/** The input without columns that only rows have which are put aside, because answers go there. */
export function withoutNames(input: InputPlan, taken: ReadonlySet<string>): InputPlan {
  const { look } = input;
  if (!look.columns.some((name) => taken.has(name))) return input;
  return { ...input, look: { ...look, columns: look.columns.filter((name) => !taken.has(name)) } };
}

/** What an interrupted or finished run of this output knows of its rows, and where those are that it does not know. */
async function namesBefore(
  { existing }: RunSettings,
  { checkpoint: folder }: OutputPlan,
  looked: readonly string[],
): Promise<NamesBefore | undefined> {
  if (existing !== 'resume' || folder === undefined) return undefined;
  // `decideBeginning` reports a damaged checkpoint.
  const checkpoint = await readCheckpoint(folder).catch(() => undefined);
  if (checkpoint === undefined) return undefined;
  const { columns } = checkpoint.identity;
  const known = Array.isArray(columns)
    ? columns.map(String)
    : [...looked, ...(await usedColumns(checkpoint))];
  return { known, from: positionOf(checkpoint) };
}

async function usedColumns(checkpoint: Checkpoint): Promise<readonly string[]> {
  // The schemas take a while to load.
  const { savedSettingsOf } = await import('../saved/saved-settings.js');
  return savedSettingsOf(checkpoint, '').usedColumns;
}

/** A name that none of the columns has. */
function freeName(columns: readonly string[]): string {
  let name = OTHER_COLUMN;
  while (columns.includes(name)) name += '_';
  return name;
}
