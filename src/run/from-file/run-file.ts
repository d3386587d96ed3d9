import { allWatches } from '../../monitor/all-watches.js';
import { RunTally } from '../../monitor/run-tally.js';
import type { QueueConnection } from '../../queue/redis/redis-connection.js';
import { inputsReader } from '../../rows/input-selection.js';
import { readingOf, readRows } from '../../rows/read-rows.js';
import type { RowBlock } from '../../rows/row.js';
import type { RunContext } from '../control/context.js';
import type { RunStop } from '../control/stop.js';
import type { RunOutcome } from '../outcome/run-outcome.js';
import { stopFacts } from '../outcome/stop-facts.js';
import { type RunSummary, summarize } from '../outcome/summary.js';
import { once } from '../pipeline/once.js';
import { type BatchesOfRun, runRows } from '../pipeline/run-rows.js';
import { startFacts } from '../pipeline/start-facts.js';
import { tellingTheEnd } from '../pipeline/tell-the-end.js';
import { filesFolderOf } from '../places/first-files.js';
import type { Plan } from '../plan/plan.js';
import { connectQueue } from '../queue/connect.js';
import { questionsOf } from '../reuse/dedupe-key.js';
import { fileLook, type LookAtFiles, tellsFilesApart, withFilesLookedAt } from '../reuse/row-files.js';
import { whyUncalled } from '../reuse/uncalled-rows.js';
import { type HistoryKeeper, type HistoryParts, keepHistory } from './keep-history.js';
import { openRun } from './open-run.js';
import { unchangedBlocks } from './unchanged-input.js';

/**
 * Runs a plan to its end, or until `stop` is requested, with everything saved for a later `--resume`.
 *
 * @throws LockHeldError, SetUpError before the first call; any other error (a full disk) leaves a
 * checkpoint that resumes.
 */
export function run(plan: Plan, stop: RunStop, context: RunContext): Promise<RunOutcome> {
  return tellingTheEnd(context, stop, () => connectAndRun(plan, stop, context));
}

async function connectAndRun(plan: Plan, stop: RunStop, context: RunContext): Promise<RunOutcome> {
  const { beginning } = plan;
  if (beginning.kind === 'finished') {
    return {
      kind: 'nothing-to-do',
      summary: summaryOf(
        plan,
        new RunTally(beginning.checkpoint.counts),
        beginning.checkpoint.elapsedMs,
        true,
      ),
    };
  }
  const startedAt = context.clock.now();
  const connection = await connectQueue(plan.queue, context);
  try {
    return await runPlan(plan, connection, startedAt, stop, context);
  } finally {
    connection?.close();
  }
}

async function runPlan(
  plan: Plan,
  connection: QueueConnection | undefined,
  startedAt: number,
  stop: RunStop,
  context: RunContext,
): Promise<RunOutcome> {
  const inputsOf = inputsReader(plan.columns, plan.inputs, plan.unsent);
  const questions = questionsOf({ ...plan, delimiter: plan.input.look.layout.delimiter }, inputsOf);
  const filesFolder = filesFolderOf(plan.input.source.path);
  const look = tellsFilesApart(plan) ? fileLook(plan, filesFolder, inputsOf, whyUncalled(plan)) : undefined;
  const opened = await openRun(plan, questions, stop, context);
  const history = await historyOf(plan, inputsOf, context);
  const close = async () => {
    await history?.close(stop.reason && stopFacts(stop.reason).message);
    await opened.close();
  };
  let tally: RunTally;
  try {
    tally = await runRows(
      {
        calls: plan,
        connection,
        queueFiles: plan.queueFiles,
        name: plan.output.path ?? plan.input.source.name,
        facts: startFacts({ input: plan.input.source.name, output: plan.output.path ?? '-' }, plan, context, {
          columns: [...plan.columns],
          outputColumn: plan.outputColumn ?? null,
          batchSize: plan.batchSize,
          resumes: plan.beginning.kind === 'resume',
        }),
        batchSize: plan.batchSize,
        maxErrors: plan.maxErrors,
        rowsKnown: plan.input.look.whole ? plan.input.look.rows.length : undefined,
        blocks: withFilesLookedAt(
          blocksOf(
            plan,
            once((row) => context.watch.notice?.({ kind: 'words-as-text', row })),
          ),
          look,
        ),
        batches: batchesOf(plan, look),
        filesFolder,
        inputsOf,
        allowance: plan.allowance,
        reuse: { ...questions, cache: plan.cache, selection: plan.selection, filled: plan.filled },
      },
      opened,
      stop,
      history === undefined ? context : { ...context, watch: allWatches([context.watch, history.watch]) },
    );
  } catch (error) {
    // What went wrong first is what a person has to hear, not that closing fails too.
    await close().catch(() => {});
    throw error;
  }
  await close();
  const elapsedMs = opened.checkpoint.elapsedMs + context.clock.now() - startedAt;
  const summary = summaryOf(plan, tally, elapsedMs, stop.reason === undefined);
  return stop.reason === undefined
    ? { kind: 'finished', summary }
    : { kind: 'stopped', reason: stop.reason, summary };
}

/** A report is made from it; a run that leaves no checkpoint leaves none. */
async function historyOf(
  { output, beginning }: Plan,
  inputsOf: HistoryParts['inputsOf'],
  { clock, random }: RunContext,
): Promise<HistoryKeeper | undefined> {
  const folder = output.checkpoint;
  if (folder === undefined) return undefined;
  return keepHistory({ folder, isResumed: beginning.kind === 'resume', inputsOf, clock, random });
}

function batchesOf(plan: Plan, look: LookAtFiles | undefined): BatchesOfRun | undefined {
  const { batchApi, output } = plan;
  if (batchApi === undefined || output.checkpoint === undefined) return undefined;
  return {
    plan: batchApi,
    folder: output.checkpoint,
    blocks: () =>
      withFilesLookedAt(
        blocksOf(plan, () => {}),
        look,
      ),
  };
}

function blocksOf(plan: Plan, onWords: (row: number) => void): AsyncGenerator<RowBlock, void> {
  const { source, stat, look } = plan.input;
  const blocks = readRows(source, look.layout, {
    columns: plan.columns,
    from: plan.from,
    blockRows: plan.batchSize,
    ...readingOf(plan.badRows),
    ...namesAllowed(plan),
    onWords,
    ...(plan.limit === undefined ? {} : { lastRow: plan.limit }),
  });
  return stat === undefined ? blocks : unchangedBlocks(blocks, source, plan.from, stat);
}

/** Names that rows of JSONL may have: where others have a column as JSON, any; it holds also those of the answers' columns. */
function namesAllowed(plan: Plan) {
  const { otherColumn, outputColumn, answerColumns, metaColumns, filled, outputLayout, columns } = plan;
  if (otherColumn !== undefined) return {};
  return {
    ...(filled === undefined && {
      ...(outputColumn !== undefined && { outputColumn }),
      spreadColumns: [...answerColumns.map(({ column }) => column), ...metaColumns],
    }),
    ...(outputLayout.format === 'jsonl' ? {} : { onlyColumns: new Set(columns) }),
  };
}

function summaryOf(plan: Plan, tally: RunTally, elapsedMs: number, finished: boolean): RunSummary {
  return summarize(tally, {
    elapsedMs,
    resumed: plan.beginning.kind !== 'new',
    finished,
    output: plan.output.path ?? '-',
    deadLetters: tally.failed === 0 ? null : plan.output.deadLetters,
    calls: plan,
    answerColumns: plan.answerColumns,
  });
}
