import { inputsReader } from '../../rows/input-selection.js';
import { readingOf, readRows } from '../../rows/read-rows.js';
import type { JsonObject, Position, Row, RowBlock } from '../../rows/row.js';
import type { RunStop } from '../control/stop.js';
import { rowStream } from '../pipeline/row-stream.js';
import { filesFolderOf } from '../places/first-files.js';
import type { FilledColumns } from '../plan/filled-columns.js';
import { questionsOf } from '../reuse/dedupe-key.js';
import { fileLook, nameLook, withFilesLookedAt } from '../reuse/row-files.js';
import { whyUncalled } from '../reuse/uncalled-rows.js';
import { cachedQuestions } from './cached-questions.js';
import type { TrialPlan } from './plan-trial.js';
import { QuestionSet } from './question-set.js';

/** Rows a block; counting holds the event loop for one block. */
const BLOCK_ROWS = 100;

/** Rows and questions of an input, counted while it is read. */
export interface QuestionCount {
  /** Readable rows. */
  rows: number;
  /** Records that cannot be parsed, where these are put aside. */
  unreadable: number;
  /** Of these, those with nothing in any cell, which are not called. */
  blank: number;
  /** Of these, those that were not chosen, which are not called either. */
  leftOut: number;
  /** Different questions. */
  questions: number;
  /** Of these, those whose answers are in the cache. */
  cached: number;
  /** True if `questions` may include repeats, because there were too many to remember. */
  isAtMost: boolean;
  /** Bytes of the input before the row that is counted next. */
  bytes: number;
}

export function nothingCounted(): QuestionCount {
  return { rows: 0, blank: 0, leftOut: 0, unreadable: 0, questions: 0, cached: 0, isAtMost: false, bytes: 0 };
}

/** A row that would be called, and what with. */
export interface AskedRow {
  readonly row: Row;
  readonly inputs: JsonObject;
}

/** What of a plan says which rows there are, and what they ask. */
export interface RowsToCount
  extends Pick<
    TrialPlan,
    | 'input'
    | 'columns'
    | 'inputs'
    | 'prompt'
    | 'badRows'
    | 'limit'
    | 'sharesAnswers'
    | 'cache'
    | 'selection'
    | 'calls'
  > {
  /** Files that rows name are told apart by their names: to read them all takes long. */
  readonly filesByName?: true;
  /** Rows with a value in these are not called, and count as left out. */
  readonly filled?: FilledColumns | undefined;
  /** Columns that are not sent where all are. */
  readonly unsent?: ReadonlySet<string>;
  /** Where reading starts; undefined: at the first row. */
  readonly from?: Position;
  /** Whether the row with this number has a result: it is not counted, and what it asks is no new question. */
  readonly isDone?: (row: number) => boolean;
}

export interface CountSurroundings {
  readonly stop: RunStop;
  /** ms since 1970. */
  readonly wallNow: () => number;
}

/**
 * Reads an input to its end, in bounded memory, and counts what its rows ask into `count`. `ask` is called with the rows of a
 * block that would be called, and waited for: of those that ask the same only the first, where they share an answer,
 * and of none that the cache has an answer to.
 *
 * @returns false where it was stopped.
 * @throws UnreadableRowError, InputError
 */
export async function countQuestions(
  plan: RowsToCount,
  count: QuestionCount,
  { stop, wallNow }: CountSurroundings,
  ask: (rows: readonly AskedRow[]) => void | Promise<void>,
): Promise<boolean> {
  const { input, columns, inputs, badRows, limit, from = input.look.start } = plan;
  const { isDone = () => false } = plan;
  const isShared = sharesAnswers(plan);
  const inputsOf = inputsReader(columns, inputs, plan.unsent);
  const { questionOf, inputsTextOf } = questionsOf(plan, inputsOf);
  const isCached = await cachedQuestions(plan.cache, inputsTextOf, wallNow);
  const whyOf = whyUncalled(plan);
  const asked = new QuestionSet();
  const blocks = readRows(input.source, input.look.layout, {
    columns,
    from,
    blockRows: BLOCK_ROWS,
    ...readingOf(badRows),
    ...(limit === undefined ? {} : { lastRow: limit }),
  });
  const look = plan.filesByName
    ? nameLook(plan.calls, inputsOf)
    : fileLook(plan.calls, filesFolderOf(input.source.path), inputsOf, whyOf);
  for await (const block of rowStream(withFilesLookedAt(blocks, look), stop)) {
    const { rows, unreadable, end }: RowBlock = block;
    let toCall: Row[] = [];
    for (const row of rows) {
      const uncalled = whyOf(row);
      if (isDone(row.number)) {
        if (uncalled === undefined) asked.isNew(questionOf(row));
        continue;
      }
      count.rows++;
      if (uncalled !== undefined) {
        if (uncalled === 'blank') count.blank++;
        else count.leftOut++;
        continue;
      }
      const isNew = asked.isNew(questionOf(row));
      if (isNew) count.questions++;
      if (isNew || !isShared) toCall.push(row);
    }
    if (isCached !== undefined) {
      const found = await Promise.all(toCall.map(isCached));
      count.cached += found.filter((isThere) => isThere).length;
      toCall = toCall.filter((_, index) => !found[index]);
    }
    await ask(toCall.map((row) => ({ row, inputs: inputsOf(row) })));
    count.unreadable += unreadable.filter(({ number }) => !isDone(number)).length;
    count.bytes = end.offset;
    count.isAtMost = asked.isFull;
  }
  if (stop.reason?.kind === 'unreadable-row') throw stop.reason.error;
  return stop.reason === undefined;
}

/** Rows that ask the same are called once: as they share an answer, or as the cache has it from the first of them. */
export function sharesAnswers(plan: Pick<TrialPlan, 'sharesAnswers' | 'cache'>): boolean {
  return plan.sharesAnswers || plan.cache !== undefined;
}
