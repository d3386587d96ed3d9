import { mkdir, rm, stat } from 'node:fs/promises';
import { AnswerMemory } from '../../batch/answer-memory.js';
import { firstCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { copiedOutput, partialOutput, widenedOutput } from '../../checkpoint/folder.js';
import { inputStatOf } from '../../checkpoint/input-stat.js';
import { takeLock } from '../../checkpoint/lock.js';
import { openRunStore } from '../../checkpoint/run-store.js';
import type { ResultEncoder } from '../../checkpoint/store-options.js';
import type { AnsweredSteps } from '../../fabric/fabric.js';
import type { Failure } from '../../fabric/row-result.js';
import { DEEPEST_KEPT } from '../../json/nesting.js';
import { stringifyJson } from '../../json/stringify-json.js';
import { RunTally } from '../../monitor/run-tally.js';
import { fileSource } from '../../rows/byte-source.js';
import { inputsReader } from '../../rows/input-selection.js';
import { readRows } from '../../rows/read-rows.js';
import type { JsonObject, Row, RowBlock } from '../../rows/row.js';
import { type RunContext, savedWatch } from '../control/context.js';
import type { RunStop } from '../control/stop.js';
import { answerInPart } from '../outcome/answer-in-part.js';
import { metaValues } from '../outcome/meta-values.js';
import { letterOf } from '../outcome/result-encoder.js';
import type { RunOutcome } from '../outcome/run-outcome.js';
import { summarize } from '../outcome/summary.js';
import { once } from '../pipeline/once.js';
import type { OpenedRun } from '../pipeline/opened-run.js';
import { runRows } from '../pipeline/run-rows.js';
import { startFacts } from '../pipeline/start-facts.js';
import { tellingTheEnd } from '../pipeline/tell-the-end.js';
import type { AllowancePlan } from '../plan/budget.js';
import type { CallPlan } from '../plan/call-plan.js';
import { connectQueue } from '../queue/connect.js';
import { type QuestionInputs, type Questions, questionsOf } from '../reuse/dedupe-key.js';
import { fileLook, withFilesLookedAt } from '../reuse/row-files.js';
import { corrected } from './corrections.js';
import { LETTERS_LAYOUT, letterOfRow, numberOfLetter } from './letters.js';
import { placeAnswers } from './place-answers.js';
import type { RetryPlan } from './plan-retry.js';
import type { RetryResult } from './results.js';
import { identityOfRun } from './run-identity.js';
import { retryWatch } from './watch.js';

/**
 * Runs the failed rows of a finished run again. It is a run of its own, with a checkpoint of its own inside
 * the run's: its input is the dead letters, its output a file of results; when all are there, the answers
 * are put into their places in the run's output and the letters that are left replace the old ones.
 *
 * @throws LockHeldError, SetUpError
 */
export function retry(plan: RetryPlan, stop: RunStop, context: RunContext): Promise<RunOutcome> {
  return tellingTheEnd(context, stop, () => connectAndRetry(plan, stop, context));
}

async function connectAndRetry(plan: RetryPlan, stop: RunStop, context: RunContext): Promise<RunOutcome> {
  const startedAt = context.clock.now();
  const connection = await connectQueue(plan.queue, context);
  const lock = await takeLock(plan.folder, context.processes).catch((error: unknown) => {
    connection?.close();
    throw error;
  });
  const { watch, noteLetter } = retryWatch(context.watch);
  try {
    const inputsOf = inputsOfLetter(plan);
    const questions = questionsOf(ALL_INPUTS, inputsOf);
    const opened = await openRetry(plan, questions, stop, context);
    let tally: RunTally;
    try {
      tally = await runRows(
        {
          calls: plan.calls,
          connection,
          queueFiles: plan.queueFiles,
          name: `retry of ${plan.output}`,
          facts: startFacts({ input: plan.deadLetters, output: plan.output }, plan.calls, context, {
            retry: true,
          }),
          batchSize: plan.batchSize,
          maxErrors: plan.maxErrors,
          answeredBefore: new RunTally(plan.run.counts).succeeded > 0,
          rowsKnown: plan.selected,
          blocks: withFilesLookedAt(
            selectedLetters(plan, noteLetter),
            fileLook(plan.calls, plan.filesFolder, inputsOf),
          ),
          filesFolder: plan.filesFolder,
          inputsOf,
          answeredOf,
          allowance: NO_ALLOWANCE,
          reuse: { ...questions, cache: undefined },
        },
        opened,
        stop,
        { ...context, watch },
      );
    } catch (error) {
      await opened.close().catch(() => {});
      throw error;
    }
    await opened.close();
    const elapsedMs = opened.checkpoint.elapsedMs + context.clock.now() - startedAt;
    const isFinished = stop.reason === undefined;
    if (isFinished) await rm(plan.retryFolder, { recursive: true, force: true });
    const left = await stat(plan.deadLetters).catch(() => undefined);
    const summary = summarize(tally, {
      elapsedMs,
      resumed: plan.interrupted !== undefined,
      finished: isFinished,
      output: plan.output,
      deadLetters: left === undefined ? null : plan.deadLetters,
      calls: plan.calls,
    });
    return stop.reason === undefined
      ? { kind: 'finished', summary }
      : { kind: 'stopped', reason: stop.reason, summary };
  } finally {
    connection?.close();
    await lock.release();
  }
}

/** A retry ends when its letters do. */
const NO_ALLOWANCE: AllowancePlan = { maxCost: undefined, maxCalls: undefined, deadline: undefined };

/** Letters that ask the same have the same inputs; what a fabric uses of them, only a run's plan knows. */
const ALL_INPUTS: QuestionInputs = { columns: [], inputs: undefined, prompt: undefined };

async function openRetry(
  plan: RetryPlan,
  { questionOf }: Pick<Questions, 'questionOf'>,
  stop: RunStop,
  context: RunContext,
): Promise<OpenedRun> {
  // A resume of the finished run that came to nothing left the output as it was before this retry.
  for (const path of [partialOutput, copiedOutput, widenedOutput])
    await rm(path(plan.folder), { force: true });
  if (plan.interrupted === undefined) await rm(plan.retryFolder, { recursive: true, force: true });
  await mkdir(plan.retryFolder, { recursive: true });
  const noCounts = new RunTally().snapshot();
  const checkpoint = plan.interrupted ?? firstCheckpoint({ ...plan, noCounts }, context.clock);
  const tally = new RunTally(checkpoint.counts, numberOfLetter);
  const memory = plan.sharesAnswers ? new AnswerMemory() : undefined;
  const results = partialOutput(plan.retryFolder);
  const letters = await stat(plan.deadLetters).catch(() => undefined);
  const store = await openRunStore(checkpoint, {
    folder: plan.retryFolder,
    outputPath: results,
    compressed: false,
    deadLettersPath: undefined,
    encoder: resultsEncoder(plan),
    tally,
    questionOf,
    ...(memory === undefined ? {} : { memory }),
    inputStat: letters && inputStatOf(letters),
    publish: () =>
      placeAnswers(
        plan,
        results,
        checkpoint.runId,
        tally,
        once((row) => context.watch.notice?.({ kind: 'characters-replaced', row })),
      ),
    ...savedWatch(context),
    now: () => context.clock.now(),
    after: (ms, wake) => context.clock.after(ms, wake),
    wallNow: () => context.clock.wallNow(),
    onFailure: (error) => stop.request({ kind: 'failure', error }),
  });
  return { store, folder: plan.retryFolder, memory, tally, checkpoint, close: () => store.close() };
}

/** The letters to try again. Where only the answers are still to be put into their places, none. */
async function* selectedLetters(
  plan: RetryPlan,
  noteLetter: (row: Row) => void,
): AsyncGenerator<RowBlock, void> {
  if (plan.interrupted?.state === 'finishing') return;
  const blocks = readRows(fileSource(plan.deadLetters, false), LETTERS_LAYOUT, {
    columns: [],
    from: plan.from,
    blockRows: plan.batchSize,
    badRows: 'stop',
    deepest: DEEPEST_KEPT,
  });
  for await (const block of blocks) {
    const rows = block.rows.filter((row) => plan.isSelected(letterOfRow(row)));
    for (const row of rows) noteLetter(row);
    yield { ...block, rows };
  }
}

/** A letter's item is the row as it was, so it gives the inputs that the row gave, but for what was corrected. */
function inputsOfLetter({ run, corrections }: RetryPlan): (row: Row) => JsonObject {
  const { columns, inputs } = identityOfRun(run);
  const inputsOf = inputsReader(columns ?? [], inputs ?? undefined);
  return (letter) => {
    const { row, item } = letterOfRow(letter);
    const object = corrected(item ?? {}, corrections?.rows.fieldsOf(row));
    return inputsOf({ kind: 'object', number: letter.number, object, text: '' });
  };
}

/** The steps that were answered when the letter was written. */
function answeredOf(letter: Row): AnsweredSteps | undefined {
  return letterOfRow(letter).answered;
}

function partOf({ answered }: Failure, { steps }: CallPlan): { readonly part?: JsonObject } {
  const part = answerInPart(answered, steps);
  return part === undefined ? {} : { part };
}

function resultsEncoder({ calls, run }: RetryPlan): ResultEncoder {
  const metaColumns = identityOfRun(run).metaColumns ?? [];
  return {
    header: '',
    encode: (result) => {
      const { row: number, item, answered } = letterOfRow(result.row);
      const had = answerInPart(answered, calls.steps);
      const before = had === undefined ? {} : { had };
      const values = metaValues(result, metaColumns, calls).map((value) => value ?? null);
      const meta = values.length === 0 ? {} : { meta: values };
      const line: RetryResult =
        result.status === 'answered'
          ? { row: number, item, ...before, ...meta, answer: result.answer }
          : {
              row: number,
              item,
              ...before,
              ...meta,
              ...partOf(result.failure, calls),
              letter: letterOf(result, item ?? {}, calls.fabric.id, number),
              kind: result.failure.kind,
              message: result.failure.message,
            };
      return `${stringifyJson(line)}\n`;
    },
    letter: () => '',
    unreadableLetter: () => '',
  };
}
