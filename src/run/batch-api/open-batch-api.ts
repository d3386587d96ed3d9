import { createHash } from 'node:crypto';
import type { AnswerMemory } from '../../batch/answer-memory.js';
import type { Executor } from '../../batch/batch.js';
import type { ResultLedger } from '../../batch/result-ledger.js';
import type { BatchApiError, BatchService } from '../../batch-api/batch-service.js';
import { openBatchService } from '../../batch-api/open-batch-service.js';
import { CallError } from '../../fabric/call-error.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import { isBlankRow, type JsonObject, type Row, type RowBlock } from '../../rows/row.js';
import { renderer } from '../calls/open-client.js';
import type { RunWorld } from '../control/context.js';
import type { RunStop } from '../control/stop.js';
import type { BatchApiPlan } from '../plan/batch-api.js';
import type { CallPlan } from '../plan/call-plan.js';
import type { ReusePlan } from '../reuse/reuse-answers.js';
import { ShardFolder } from '../shards/shard-files.js';
import { ShardLog } from '../shards/shard-log.js';
import { isDone, lastRowOf, type Shards } from '../shards/shards.js';
import { BatchApiExecutor } from './batch-api-executor.js';
import { BatchReplies } from './batch-replies.js';
import { BatchRunner } from './batch-runner.js';
import { HomeResults } from './home-results.js';
import { QuestionSet } from './question-set.js';
import { runMark } from './request-id.js';
import { ShardCutter } from './shard-cutter.js';
import { ShardSender } from './shard-sender.js';
import { ShardWatch } from './shard-watch.js';
import { Strays } from './stray-rows.js';
import { WakeUp } from './wake-up.js';

/** The rows of a run that go through a batch API. */
export interface BatchApiRows {
  readonly plan: BatchApiPlan;
  readonly calls: CallPlan;
  /** The run's checkpoint folder. */
  readonly folder: string;
  readonly runId: string;
  /** Rows of the input that a checkpoint vouches for: what was kept for them goes. */
  readonly rowsVouched: number;
  /** Rows of the input that are in the output. */
  readonly rowsCommitted: () => number;
  /** The input from the first row that is not committed; read beside the pipeline, and ahead of it. */
  readonly blocks: () => AsyncGenerator<RowBlock, void>;
  readonly inputsOf: (row: Row) => JsonObject;
  readonly reuse: ReusePlan;
  readonly memory: AnswerMemory | undefined;
  readonly finishedBefore: (row: Row) => FinishedResult | undefined;
  readonly ledger: ResultLedger;
  readonly stop: RunStop;
  readonly world: RunWorld;
}

/**
 * Opens the executor that has rows answered by a batch API, and starts what brings them there and back.
 *
 * @throws CallError `misconfigured` for parameters that are not for a fabric to set.
 */
export async function openBatchApi(rows: BatchApiRows): Promise<Executor> {
  const { plan, calls, stop, world } = rows;
  const { clock, random } = world;
  const timings = world.timings.batchApi;
  const service = openBatchService(plan.service, {
    ...{ definition: plan.definition, apiKey: plan.apiKey, proxy: plan.proxy },
    ...{ timeoutMs: calls.timeoutMs, clock, random },
  });
  const folder = new ShardFolder(rows.folder);
  await folder.make();
  const log = await ShardLog.open(folder.log);
  const { shards } = log;
  await clearDone(shards, folder, rows.rowsVouched);
  if (shards.opened === undefined) {
    const key = fingerprintOf(plan.apiKey);
    await log.note({ step: 'opened', at: clock.wallNow(), service: service.name, key });
  }
  const ended = new AbortController();
  const wakeUp = new WakeUp(clock, AbortSignal.any([stop.signal, ended.signal]));
  const results = new HomeResults(folder, shards);
  const stopRun = (error: BatchApiError | CallError) => {
    if (error instanceof CallError) stop.request({ kind: 'service', error });
    else stop.request({ kind: 'batch-api', error });
  };
  const failed = (error: Error) => stop.request({ kind: 'failure', error });
  const { run, replies, bodyOf } = await requestsOf(rows, service);
  const strays = new Strays({
    bodyOf,
    mostBytes: service.limits.bytes,
    wallNow: () => clock.wallNow(),
    added: () => wakeUp.all(),
    stopRun,
  });
  const common = { service, log, folder, wakeUp, clock, timings, pollMs: plan.pollMs, run, stopRun };
  const news = world.batchApiNews ?? (() => {});
  const executor: BatchApiExecutor = new BatchApiExecutor({
    shards,
    results,
    ledger: rows.ledger,
    strays,
    questionOf: rows.reuse.questionOf,
    finish: async () => {
      ended.abort();
      await runner.ended();
      await runner.clear();
    },
    close: once(async () => {
      ended.abort();
      const cancelGrace = clock.after(world.timings.graceMs, () => void service.close());
      await runner.ended();
      cancelGrace();
      await service.close();
      await cutter.close();
      results.close();
      await log.close();
    }),
  });
  const cutter = new ShardCutter({
    ...{ service, folder, shards, run, mostRows: plan.mostRows },
    blocks: rows.blocks,
    from: rows.rowsVouched,
    ...(await openRows(rows, bodyOf)),
    mostCost: () => 0,
    mayCost: () => Number.POSITIVE_INFINITY,
    isStopped: () => wakeUp.isStopped,
    wallNow: () => clock.wallNow(),
  });
  const sender = new ShardSender({ ...common, model: plan.definition.model, news });
  const watch = new ShardWatch({
    ...common,
    ...{ replies, results, attempts: calls.attempts, news },
    keepsRemote: plan.keepsRemote,
    harvested: () => executor.lookAgain(),
    wallNow: () => clock.wallNow(),
  });
  const runner = new BatchRunner({
    ...{ log, folder, cutter, sender, watch, strays, wakeUp, failed },
    rowsCommitted: rows.rowsCommitted,
    progressed: () => executor.lookAgain(),
    submitted: () => {
      if (plan.detaches) stop.request({ kind: 'submitted', batches: shards.out.length });
    },
    budgetUsedUp: () => {},
  });
  if (stop.signal.aborted) executor.stop();
  else stop.signal.addEventListener('abort', () => executor.stop(), { once: true });
  runner.start();
  return executor;
}

/** What requests are made of, and what replies are made of responses. */
async function requestsOf({ plan, calls, runId, inputsOf, world }: BatchApiRows, service: BatchService) {
  const replies = new BatchReplies({
    definition: plan.definition,
    apiKey: plan.apiKey,
    wire: service.wire,
    pricer: calls.pricer,
    priceShare: service.priceShare,
    onNotice: world.notice,
    wallNow: () => world.clock.wallNow(),
  });
  const render = await renderer(plan.definition);
  return {
    run: runMark(runId),
    replies,
    bodyOf: (row: Row) => replies.body(render(inputsOf(row))),
  };
}

/** Which rows are sent: those that need a call, each question once. */
async function openRows(
  { reuse, memory, finishedBefore, world }: BatchApiRows,
  bodyOf: (row: Row) => string,
): Promise<{
  readonly requestOf: (row: Row) => Promise<string | undefined>;
  readonly seen: (row: Row) => void;
}> {
  const { questionOf, inputsTextOf, cache } = reuse;
  const questions = memory === undefined && cache === undefined ? undefined : new QuestionSet();
  const files = cache && (await openCache(cache, () => world.clock.wallNow()));
  return {
    seen: (row) => {
      questions?.add(questionOf(row));
    },
    requestOf: async (row) => {
      if (isBlankRow(row)) return undefined;
      const question = questions && questionOf(row);
      const isAskedAlready = question !== undefined && questions?.add(question) === false;
      if (isAskedAlready || finishedBefore(row) !== undefined) return undefined;
      if (question !== undefined && memory?.find(question) !== undefined) return undefined;
      if (files !== undefined && (await files.find(inputsTextOf(row))) !== undefined) return undefined;
      try {
        return bodyOf(row);
      } catch (error) {
        // The row says so itself when its turn comes.
        if (error instanceof CallError) return undefined;
        throw error;
      }
    },
  };
}

async function openCache(plan: NonNullable<ReusePlan['cache']>, wallNow: () => number) {
  const { FileCache } = await import('../../cache/answer-cache.js');
  // The run looks there too, and says what is wrong with it.
  return new FileCache({ ...plan, wallNow, onFailed: () => {} });
}

/** Forgets shards whose rows are all in the output, and removes files that a crash left. */
async function clearDone(shards: Shards, folder: ShardFolder, rowsVouched: number): Promise<void> {
  for (const shard of [...shards.all]) {
    if (isDone(shard) && lastRowOf(shard) <= rowsVouched) shards.forget(shard.number);
  }
  await folder.clear((number, file) => {
    const shard = shards.get(number);
    if (shard === undefined) return false;
    const isGone = shard.step === 'removed' || shard.step === 'harvested';
    switch (file) {
      case 'requests':
      case 'carried':
        return !isGone;
      case 'open':
        return isGone && shard.open > shard.taken;
      case 'results':
        return true;
    }
  });
}

/** Tells keys apart, and gives none away: batches are visible to the key that made them. */
function fingerprintOf(key: string | undefined): string {
  if (key === undefined) return '';
  return createHash('sha256').update(`batchai key ${key}`).digest('hex').slice(0, 12);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
