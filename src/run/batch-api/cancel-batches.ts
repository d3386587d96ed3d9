import type { BatchApiError } from '../../batch-api/batch-service.js';
import { openBatchService } from '../../batch-api/open-batch-service.js';
import { type Checkpoint, readCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { checkpointFolder } from '../../checkpoint/folder.js';
import { type Processes, takeLock } from '../../checkpoint/lock.js';
import type { CallError } from '../../fabric/call-error.js';
import type { Clock } from '../../limits/clock.js';
import type { BatchApiNews } from '../../monitor/batch-api-news.js';
import type { RunTimings } from '../control/timings.js';
import { type BatchApiPlan, decideBatchApi } from '../plan/batch-api.js';
import { decideCalls } from '../plan/calls.js';
import { decideFabric } from '../plan/fabric.js';
import { noRunOf } from '../saved/last-run.js';
import { savedSettingsOf } from '../saved/saved-settings.js';
import type { Environment } from '../settings/environment.js';
import { SetUpError } from '../settings/set-up-error.js';
import { settingsOfCalls } from '../settings/settings-of-options.js';
import { ShardFolder } from '../shards/shard-files.js';
import { readShardLog } from '../shards/shard-log.js';
import { BatchReplies } from './batch-replies.js';
import { goneError } from './gone-batches.js';
import { HomeResults } from './home-results.js';
import { openShards } from './open-shards.js';
import { QueueRoom } from './queue-room.js';
import { RemoteLeftovers } from './remote-leftovers.js';
import { runMark } from './request-id.js';
import { ShardSender } from './shard-sender.js';
import { ShardWatch } from './shard-watch.js';
import { WakeUp } from './wake-up.js';

export interface CancelContext {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly timings: RunTimings;
  readonly processes: Processes;
  readonly environment: Environment;
  /** Aborted when it is to leave off: batches that were cancelled end all the same. */
  readonly signal: AbortSignal;
  readonly news: (news: BatchApiNews) => void;
}

/** What became of the batches of a run. */
export interface Cancelled {
  /** Batches that were out, and are not any more. */
  readonly batches: number;
  /** Results that they had brought by then: they are kept, and not paid for again. */
  readonly results: number;
  /** Batches that are out still, since it was left off. */
  readonly left: number;
}

/**
 * Cancels the batches of a run that is not going on, waits until each has ended, and takes the results that they have.
 * Files that no batch was made of are removed from the service. The run goes on with `batchai resume`.
 *
 * @throws SetUpError, LockHeldError, BatchApiError; CallError where a refusal is of the whole account.
 */
export async function cancelBatches(
  { output, folder: asked }: { readonly output: string; readonly folder?: string },
  context: CancelContext,
): Promise<Cancelled> {
  const folder = checkpointFolder(output, asked);
  const checkpoint = await readCheckpoint(folder);
  if (checkpoint === undefined) throw await noRunOf(output, asked);
  const lock = await takeLock(folder, context.processes);
  try {
    const { records } = await readShardLog(new ShardFolder(folder).log);
    // Live runs have none, whatever fabric they have.
    if (records.length === 0) return { batches: 0, results: 0, left: 0 };
    return await cancelOutstanding(folder, output, checkpoint, context);
  } finally {
    await lock.release();
  }
}

async function cancelOutstanding(
  checkpointAt: string,
  output: string,
  checkpoint: Checkpoint,
  context: CancelContext,
): Promise<Cancelled> {
  const { clock, news } = context;
  const { plan, attempts, timeoutMs, pricer } = await planOf(checkpoint, output, context);
  const service = openBatchService(plan.service, {
    ...{ definition: plan.definition, apiKey: plan.apiKey, proxy: plan.proxy },
    ...{ timeoutMs, clock, random: context.random },
  });
  const { folder, log, sender } = await openShards({
    ...{ checkpoint: checkpointAt, baseUrl: plan.definition.baseUrl },
    ...{ rowsVouched: checkpoint.rowsCommitted, apiKey: plan.apiKey },
    ...{ service: service.name, now: clock.wallNow() },
  });
  const ended = new AbortController();
  const wakeUp = new WakeUp(clock, AbortSignal.any([context.signal, ended.signal]));
  const results = new HomeResults(folder, log.shards, () => checkpoint.rowsCommitted);
  let failure: BatchApiError | CallError | undefined;
  const common = {
    ...{ service, log, folder, wakeUp, clock, news, results, attempts },
    ...{
      run: runMark(checkpoint.runId),
      timings: context.timings.batchApi,
      pollMs: context.timings.batchApi.pollMs,
    },
    wallNow: () => clock.wallNow(),
    stopRun: (error: BatchApiError | CallError) => {
      failure ??= error;
      ended.abort();
    },
  };
  const replies = new BatchReplies({
    ...{ definition: plan.definition, apiKey: plan.apiKey, wire: service.wire, pricer },
    ...{ priceShare: service.priceShare, wallNow: common.wallNow },
  });
  const queueRoom = new QueueRoom({ log, clock, mostTokens: undefined });
  if (log.shards.form !== undefined) replies.use(log.shards.form);
  const leftovers = new RemoteLeftovers({ ...common, keepsRemote: false });
  const watch = new ShardWatch({
    ...common,
    replies,
    leftovers,
    queueRoom,
    sender,
    goneBatches: 'stop',
    harvested: () => {},
  });
  const shardSender = new ShardSender({
    ...common,
    sender,
    model: plan.definition.model,
    isOver: () => false,
    queueRoom,
    giveBack: (shard) => watch.giveBack(shard),
  });
  try {
    for (const shard of log.shards.waiting) await shardSender.settle(shard);
    const batches = log.shards.out;
    const watched = watch.run();
    await watch.cancelAll();
    while (!wakeUp.isStopped && log.shards.visible.length > 0) await wakeUp.next();
    ended.abort();
    await watched;
    if (failure !== undefined) throw failure;
    if (!context.signal.aborted) {
      await leftovers.withdrawUnused();
      await leftovers.removeHarvested();
    }
    const gone = log.shards.out.filter(({ isGone }) => isGone);
    if (gone.length > 0) throw goneError(gone);
    const left = log.shards.out.length;
    const brought = batches.reduce((sum, shard) => sum + shard.results, 0);
    return { batches: batches.length - left, results: brought, left };
  } finally {
    ended.abort();
    results.close();
    await service.close();
    await log.close();
  }
}

/** The batch API of the run, from what its checkpoint keeps of its settings. */
async function planOf(checkpoint: Checkpoint, output: string, context: CancelContext) {
  const { fabric: text = '', ...options } = savedSettingsOf(checkpoint, output).options;
  const settings = settingsOfCalls({ ...options, fabric: text }, context.environment);
  const { attempts, timeoutMs, price } = settings;
  const fabric = await decideFabric(settings);
  const plan: BatchApiPlan | undefined = decideBatchApi({ batchApi: {}, input: '' }, fabric);
  if (plan === undefined) throw new SetUpError(`${output} has no rows at a batch API`);
  const { pricer } = await decideCalls(fabric, {
    ...{ attempts, timeoutMs, wallNow: () => context.clock.wallNow() },
    ...(price === undefined ? {} : { price }),
  });
  return { plan, attempts, timeoutMs, pricer };
}
