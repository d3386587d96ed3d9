import { join } from 'node:path';
import { openAppendFile, type RowSink } from '../../checkpoint/append-file.js';
import { vouchedFiles, writeCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { UNREADABLE } from '../../checkpoint/dead-letter.js';
import type { Vouched } from '../../checkpoint/file-sum.js';
import { publish } from '../../checkpoint/publish.js';
import { RunTally } from '../../monitor/run-tally.js';
import { type ByteSource, fileSource } from '../../rows/byte-source.js';
import { escapeFormula } from '../../rows/escape-formula.js';
import type { Layout } from '../../rows/format.js';
import { lookAt } from '../../rows/look.js';
import { readRows } from '../../rows/read-rows.js';
import type { JsonObject, Position } from '../../rows/row.js';
import { wholeRecords } from '../../rows/splitters/whole-records.js';
import { counted } from '../../wording/wording.js';
import { isCostGuessed, unitOf } from '../plan/row-calls.js';
import { quotingOfSaved } from '../plan/written-as.js';
import { SetUpError } from '../settings/set-up-error.js';
import { type AnswerPlaces, answerPlacer } from './answer-placer.js';
import { leaveLetters } from './leave-letters.js';
import { LETTERS_READING } from './letters.js';
import { type RetryPlan, readLetters } from './plan-retry.js';
import { type RetryResult, readResults, takeNext } from './results.js';
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
    settings: settingsAfter(plan),
    retriedBy: retryId,
  });
}

/** The run's settings, with what its costs are counted in, and whether by a guess, where the retry brought that. */
function settingsAfter({ run: { settings }, calls }: RetryPlan): JsonObject {
  const unit = unitOf(calls);
  return {
    ...(unit !== undefined && { costUnit: unit }),
    ...settings,
    ...(isCostGuessed(calls) && { costIsGuess: true }),
  };
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
  const answers = placedResults(plan, results);
  const place = answerPlacer(look, { ...placesOf(plan), onReplaced });
  await placed.append(look.mark + (look.header === '' ? '' : look.header + look.layout.newline));
  // A compressed file has no places to go on from, and the mark of a JSONL file stands in its first row.
  const isReadWhole = gzip || (look.mark !== '' && look.start.offset === 0);
  const farApart = isReadWhole ? Number.POSITIVE_INFINITY : FAR_APART;
  const { newline } = look.layout;
  let next = await takeNext(answers);
  let from = look.start;
  for (let isAtEnd = false; !isAtEnd; ) {
    const before = (next?.place ?? Number.POSITIVE_INFINITY) - 1 - from.row;
    if (before > farApart) from = await copyRows(source, look.layout, { from, rows: before, to: placed });
    isAtEnd = true;
    for await (const block of readRows(source, look.layout, {
      ...LETTERS_READING,
      columns: look.columns,
      from,
    })) {
      let text = '';
      for (const row of block.rows) {
        const result = next?.place === row.number ? next.result : undefined;
        if (result !== undefined) next = await takeNext(answers);
        const isChanged =
          result !== undefined &&
          ('answer' in result || result.part !== undefined || result.meta !== undefined);
        text += isChanged ? place(row, result) : row.text + newline;
      }
      await placed.append(text);
      from = block.end;
      isAtEnd = (next?.place ?? Number.POSITIVE_INFINITY) - from.row <= farApart;
      if (!isAtEnd) break;
    }
  }
  if (next !== undefined)
    throw new SetUpError(`${plan.output} has fewer rows than its dead letters know of: it was changed`);
  if (from.row !== (plan.run.outputRows ?? from.row))
    throw new SetUpError(
      `${plan.output} has ${counted(from.row, 'row')}, but its run left ${plan.run.outputRows}`,
    );
}

/** Rows between two results that are copied rather than read. */
const FAR_APART = 2_000;

/** Copies rows as they stand there, and says where it came to: before a row that cannot be told from the next, or at the end. */
async function copyRows(
  source: ByteSource,
  layout: Layout,
  { from, rows, to }: { readonly from: Position; readonly rows: number; readonly to: RowSink },
): Promise<Position> {
  let copied = from;
  for await (const { bytes, end } of wholeRecords(source, layout, from, rows)) {
    await to.append(bytes.toString());
    copied = end;
  }
  return copied;
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

/** A result, and the place in the output of the row that it is about, from 1. */
interface PlacedResult {
  readonly place: number;
  readonly result: RetryResult;
}

/** Rows that could not be read have no place in the output: those behind them stand so many places earlier. */
async function* placedResults(plan: RetryPlan, results: string): AsyncGenerator<PlacedResult, void> {
  const unreadable = unreadableNumbers(plan);
  let left = 0;
  let next = await takeNext(unreadable);
  for await (const result of readResults(results)) {
    for (; next !== undefined && next < result.row; left++) next = await takeNext(unreadable);
    yield { place: result.row - left, result };
  }
}

async function* unreadableNumbers({ deadLetters }: RetryPlan): AsyncGenerator<number, void> {
  for await (const { letter } of readLetters(deadLetters))
    if (letter.error.kind === UNREADABLE) yield letter.row;
}
