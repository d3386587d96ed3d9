import { join } from 'node:path';
import { openAppendFile, type RowSink } from '../../checkpoint/append-file.js';
import { vouchedFiles, writeCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { UNREADABLE } from '../../checkpoint/dead-letter.js';
import type { Vouched } from '../../checkpoint/file-sum.js';
import { publish } from '../../checkpoint/publish.js';
import { RunTally } from '../../monitor/run-tally.js';
import { fileSource } from '../../rows/byte-source.js';
import { escapeFormula } from '../../rows/escape-formula.js';
import { lookAt } from '../../rows/look.js';
import { readRows } from '../../rows/read-rows.js';
import { counted } from '../../wording/wording.js';
import { quotingOfSaved } from '../plan/written-as.js';
import { SetUpError } from '../settings/set-up-error.js';
import { type AnswerPlaces, answerPlacer } from './answer-placer.js';
import { leaveLetters } from './leave-letters.js';
import { LETTERS_READING } from './letters.js';
import { type RetryPlan, readLetters } from './plan-retry.js';
import { resultsInOrder, takeNext } from './results.js';
import { identityOfRun } from './run-identity.js';

/**
 * Puts the answers of a retry into their places in the output, and leaves the letters of the others.
 * Everything is streamed, and each file is replaced whole. It can be done again after a crash at any point:
 * a place that has its answer already keeps it.
 *
 * @param onReplaced called with each row in which characters that readers refuse were replaced.
 * @throws SetUpError where the output's rows are not those of the letters any more.
 */
export async function placeAnswers(
  plan: RetryPlan,
  results: string,
  retryId: string,
  retried: RunTally,
  onReplaced: (row: number) => void,
): Promise<void> {
  const placed = await placeInOutput(plan, results, onReplaced);
  const tally = new RunTally(plan.run.counts);
  tally.addRetry(retried);
  const letters = await leaveLetters(plan, results, tally);
  if (plan.run.retriedBy === retryId) return;
  await writeCheckpoint(plan.folder, {
    ...plan.run,
    ...vouchedFiles(placed, letters),
    counts: tally.snapshot(),
    retriedBy: retryId,
  });
}

async function placeInOutput(
  plan: RetryPlan,
  results: string,
  onReplaced: (row: number) => void,
): Promise<Vouched> {
  const partial = join(plan.retryFolder, 'placed.partial');
  const placed = await openAppendFile(partial, 0, identityOfRun(plan.run).output.gzip);
  let written: Vouched;
  try {
    await writePlaced(plan, results, placed, onReplaced);
    written = await placed.write();
    await placed.sync();
  } finally {
    await placed.close();
  }
  await publish(partial, plan.output);
  return written;
}

async function writePlaced(
  plan: RetryPlan,
  results: string,
  placed: RowSink,
  onReplaced: (row: number) => void,
): Promise<void> {
  const { format, delimiter, gzip } = identityOfRun(plan.run).output;
  const source = fileSource(plan.output, gzip);
  const quoting = quotingOfSaved(plan.run.identity.output);
  const look = await lookAt(source, { format, delimiter, ...(quoting === undefined ? {} : { quoting }) });
  const answers = resultsInOrder(results);
  const numbers = rowNumbers(plan);
  const place = answerPlacer(look, { ...placesOf(plan), onReplaced });
  let rows = 0;
  await placed.append(look.mark + (look.header === '' ? '' : look.header + look.layout.newline));
  for await (const block of readRows(source, look.layout, {
    ...LETTERS_READING,
    columns: look.columns,
    from: look.start,
  })) {
    rows += block.rows.length;
    for (const row of block.rows) {
      const result = await answers.of(await numbers.next());
      const isChanged = result !== undefined && ('answer' in result || result.meta !== undefined);
      await placed.append(isChanged ? place(row, result) : row.text + look.layout.newline);
    }
  }
  if (!(await answers.areUsedUp()))
    throw new SetUpError(`${plan.output} has fewer rows than its dead letters know of: it was changed`);
  if (rows !== (plan.run.outputRows ?? rows))
    throw new SetUpError(
      `${plan.output} has ${counted(rows, 'row')}, but its run left ${plan.run.outputRows}`,
    );
}

function placesOf({ run }: RetryPlan): AnswerPlaces {
  const { outputColumn, otherColumn, answerColumns, metaColumns, escapeFormulas, skipsFilled } =
    identityOfRun(run);
  return {
    column: outputColumn ?? undefined,
    ...(typeof otherColumn === 'string' && { otherColumn }),
    spread: answerColumns ?? [],
    ...(escapeFormulas && { asWritten: escapeFormula }),
    meta: metaColumns ?? [],
    keepsValues: skipsFilled ?? false,
  };
}

/** The numbers of the rows that stand in the output: all but those that could not be read. */
function rowNumbers(plan: RetryPlan): { next(): Promise<number> } {
  const unreadable = unreadableNumbers(plan);
  let skip: Promise<number | undefined> = takeNext(unreadable);
  let number = 0;
  return {
    async next() {
      number++;
      while ((await skip) === number) {
        number++;
        skip = takeNext(unreadable);
      }
      return number;
    },
  };
}

async function* unreadableNumbers({ deadLetters }: RetryPlan): AsyncGenerator<number, void> {
  for await (const { letter } of readLetters(deadLetters))
    if (letter.error.kind === UNREADABLE) yield letter.row;
}
