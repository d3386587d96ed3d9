import { hash } from 'node:crypto';
import type { Condition } from '../../fabric/prompt/condition.js';
import { readingOf, readRows } from '../../rows/read-rows.js';
import type { JsonObject, Row } from '../../rows/row.js';
import { rowObject } from '../../rows/row-encoder.js';
import { noSuchColumns } from '../settings/no-such-columns.js';
import { OptionError } from '../settings/option-parsers.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings, SelectionSettings } from '../settings/settings.js';
import type { FilledColumns } from './filled-columns.js';
import type { InputPlan } from './input.js';

/** Which rows are called. The others keep their places, with an empty answer. */
export interface RowSelection {
  /** As the options were, for the plan and the checkpoint. */
  readonly settings: SelectionSettings;
  /**
   * Of a sample: a row is in it if its draw is no higher. Kept in the checkpoint, so that a file that grows keeps the
   * sample of its first rows.
   */
  readonly highestDraw?: number;
  isSelected(row: Row): boolean;
}

/** Rows a block while a sample is drawn. */
const BLOCK_ROWS = 500;

/**
 * Decides which rows are called; undefined: all.
 *
 * @param before what an earlier start of the run has drawn.
 * @param filled rows of which none is drawn, since they keep what they have.
 * @throws SetUpError where the expression names what is no column, or a sample is wanted of a stream.
 */
export async function decideSelection(
  settings: Pick<RunSettings, 'selection' | 'badRows' | 'limit'>,
  input: InputPlan,
  before: Pick<RowSelection, 'highestDraw'> | undefined,
  filled?: Pick<FilledColumns, 'isFilled'>,
): Promise<RowSelection | undefined> {
  const { selection } = settings;
  if (selection === undefined) return undefined;
  const { where, sample } = selection;
  const { columns } = input.look;
  const condition = where === undefined ? undefined : await conditionOf(where, input);
  const matches = (row: Row) => condition === undefined || condition.holdsFor(rowObject(row, columns));
  const isToDo = (row: Row) => filled?.isFilled(row) !== true && matches(row);
  if (sample === undefined) return { settings: selection, isSelected: matches };
  if (input.source.path === undefined)
    throw new SetUpError('--sample-rows reads the input twice, and standard input can be read only once');
  const highestDraw = before?.highestDraw ?? (await drawSample(sample, settings, input, isToDo));
  const isDrawn = (row: Row) => drawOf(row, sample.seed) <= highestDraw;
  return { settings: selection, highestDraw, isSelected: (row) => isDrawn(row) && matches(row) };
}

/** What must stay the same for a run to go on. */
export function selectionIdentity({ selection }: Pick<RunSettings, 'selection'>): JsonObject | null {
  if (selection === undefined) return null;
  const { where, sample } = selection;
  return { where: where ?? null, sample: sample === undefined ? null : { ...sample } };
}

async function conditionOf(where: string, { source, look }: InputPlan): Promise<Condition> {
  const { compileCondition, ConditionError } = await import('../../fabric/prompt/condition.js');
  const { unknownColumns } = await import('../../fabric/prompt/compile-prompt.js');
  try {
    const condition = compileCondition(where);
    const unknown = look.columns.length === 0 ? [] : unknownColumns(condition, look.columns);
    if (unknown.length === 0) return condition;
    const missing = unknown.map(({ name }) => name);
    throw new SetUpError(`--where: ${source.name} has ${noSuchColumns(missing, look.columns)}`);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    throw new OptionError(
      `--where: wanted an expression such as stars < 3 and review != blank, got "${where}": ${error.message}`,
    );
  }
}

/** Reads the input once, and keeps the lowest draws of the rows that match. Its memory is that of a few times the sample. */
async function drawSample(
  { rows: wanted, seed }: { readonly rows: number; readonly seed: number },
  { badRows, limit }: Pick<RunSettings, 'badRows' | 'limit'>,
  { source, look }: InputPlan,
  matches: (row: Row) => boolean,
): Promise<number> {
  const lowest: number[] = [];
  let highest = Number.POSITIVE_INFINITY;
  const cut = () => {
    lowest.sort((a, b) => a - b).splice(wanted);
    highest = lowest.length === wanted ? (lowest.at(-1) ?? highest) : highest;
  };
  const blocks = readRows(source, look.layout, {
    columns: look.columns,
    from: look.start,
    blockRows: BLOCK_ROWS,
    ...readingOf(badRows === 'stop' ? 'dead-letter' : badRows),
    ...(limit === undefined ? {} : { lastRow: limit }),
  });
  for await (const { rows } of blocks) {
    for (const row of rows) {
      const draw = drawOf(row, seed);
      if (draw > highest || !matches(row)) continue;
      lowest.push(draw);
      if (lowest.length >= 2 * wanted + BLOCK_ROWS) cut();
    }
  }
  cut();
  return highest;
}

/** A whole number below 2^48 that looks random and is the same for a row and a seed each time. */
function drawOf({ number }: Row, seed: number): number {
  return Number.parseInt(hash('sha256', `${seed} ${number}`, 'hex').slice(0, 12), 16);
}
