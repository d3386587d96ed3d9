import { inputsReader } from '../rows/input-selection.js';
import { readRows } from '../rows/read-rows.js';
import type { JsonObject, Row } from '../rows/row.js';
import type { TrialPlan } from './plan-trial.js';
import { questionsOf } from './question.js';
import { QuestionSet } from './question-set.js';
import { rowStream } from './row-stream.js';
import type { RunStop } from './stop.js';

/** Rows a block: the time that counting keeps the event loop. */
const BLOCK_ROWS = 100;

/** What the rows of an input ask; while it is being read, so far. */
export interface QuestionCount {
  /** That can be read. */
  rows: number;
  /** Records that cannot be parsed, where these are put aside. */
  unreadable: number;
  /** Different questions. */
  questions: number;
  /** There were so many that rows which ask the same may be among them. */
  isAtMost: boolean;
  /** Bytes of the input before the row that is counted next. */
  bytes: number;
}

export function nothingCounted(): QuestionCount {
  return { rows: 0, unreadable: 0, questions: 0, isAtMost: false, bytes: 0 };
}

/**
 * Reads an input to its end, in bounded memory, and counts what its rows ask into `count`. `ask` hears of each row that
 * would be run: of those that ask the same only the first, where they share an answer.
 *
 * @returns false where it was stopped.
 * @throws UnreadableRowError, InputError
 */
export async function countQuestions(
  plan: TrialPlan,
  count: QuestionCount,
  stop: RunStop,
  ask: (row: Row, inputs: JsonObject) => void,
): Promise<boolean> {
  const { input, columns, inputs, badRows, limit } = plan;
  const isShared = sharesAnswers(plan);
  const inputsOf = inputsReader(columns, inputs);
  const { questionOf } = questionsOf(plan, inputsOf);
  const asked = new QuestionSet();
  const blocks = readRows(input.source, input.look.layout, {
    columns,
    from: input.look.start,
    blockRows: BLOCK_ROWS,
    badRows: badRows === 'stop' ? 'stop' : 'collect',
    ...(limit === undefined ? {} : { lastRow: limit }),
  });
  for await (const block of rowStream(blocks, stop)) {
    for (const row of block.rows) {
      const isNew = asked.isNew(questionOf(row));
      if (isNew) count.questions++;
      if (isNew || !isShared) ask(row, inputsOf(row));
    }
    count.rows += block.rows.length;
    count.unreadable += block.unreadable.length;
    count.bytes = block.end.offset;
    count.isAtMost = asked.isFull;
  }
  if (stop.reason?.kind === 'unreadable-row') throw stop.reason.error;
  return stop.reason === undefined;
}

/** Rows that ask the same are called once: as they share an answer, or as the cache has it from the first of them. */
export function sharesAnswers(plan: Pick<TrialPlan, 'sharesAnswers' | 'cache'>): boolean {
  return plan.sharesAnswers || plan.cache !== undefined;
}
