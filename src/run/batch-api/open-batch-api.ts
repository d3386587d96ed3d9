import type { Executor } from '../../batch/batch.js';
import type { BatchApiError, BatchService } from '../../batch-api/batch-service.js';
import { openBatchService } from '../../batch-api/open-batch-service.js';
import { CallError } from '../../fabric/call-error.js';
import type { Clock } from '../../limits/clock.js';
import type { BatchApiNews } from '../../monitor/batch-api-news.js';
import { InputChangedError } from '../../rows/input-error.js';
import type { Row } from '../../rows/row.js';
import { renderer } from '../calls/open-client.js';
import { deadlineAt } from '../control/deadline.js';
import { mostOutputTokens } from '../plan/batch-api.js';
import { batchesOut } from '../shards/batches-out.js';
import { RowRanges } from '../shards/row-ranges.js';
import type { ShardFolder } from '../shards/shard-files.js';
import type { ShardLog } from '../shards/shard-log.js';
import type { Shards } from '../shards/shards.js';
import { BatchApiExecutor } from './batch-api-executor.js';
import type { BatchApiRows } from './batch-api-rows.js';
import { BatchReplies, type MadeRequest } from './batch-replies.js';
import { BatchRunner } from './batch-runner.js';
import { CanaryRow } from './canary-row.js';
import { type Carried, carriedRows } from './carried.js';
import { HomeResults } from './home-results.js';
import { openShards } from './open-shards.js';
import { QueueRoom } from './queue-room.js';
import { RemoteLeftovers } from './remote-leftovers.js';
import { runMark } from './request-id.js';
import { rowsToSend } from './rows-to-send.js';
import { SentRows } from './sent-rows.js';
import { type CutterParts, ShardCutter } from './shard-cutter.js';
import { ShardSender } from './shard-sender.js';
import { ShardWatch } from './shard-watch.js';
import { Strays } from './stray-rows.js';
import { WakeUp } from './wake-up.js';

/**
 * Opens the executor that has rows answered by a batch API, and starts what brings them there and back.
 *
 * @throws CallError `misconfigured` for parameters that are not for a fabric to set.
 */
export async function openBatchApi(rows: BatchApiRows): Promise<Executor> {
  const { plan, calls, stop, context } = rows;
  const { clock, random } = context;
  const service = openBatchService(plan.service, {
    ...{ definition: plan.definition, apiKey: plan.apiKey, proxy: plan.proxy },
    ...{ timeoutMs: calls.timeoutMs, clock, random },
  });
  const { folder, log, sender } = await openShards({
    ...{ checkpoint: rows.folder, baseUrl: plan.definition.baseUrl },
    ...{ rowsVouched: rows.rowsVouched(), apiKey: plan.apiKey },
    ...{ service: service.name, now: clock.wallNow() },
  });
  const { shards } = log;
  rows.tellBatches(() => batchesOut(shards.out, clock.wallNow()));
  const ended = new AbortController();
  const wakeUp = new WakeUp(clock, AbortSignal.any([stop.signal, ended.signal]));
  const results = new HomeResults(folder, shards, rows.rowsVouched);
  const stopRun = (error: BatchApiError | CallError) => {
    if (error instanceof CallError) stop.request({ kind: 'service', error });
    else stop.request({ kind: 'batch-api', error });
  };
  const requests = await requestsOf(rows, service);
  if (shards.form !== undefined) requests.replies.use(shards.form);
  const strays = new Strays({
    requestOf: requests.requestOf,
    mostBytes: service.limits.bytes,
    wallNow: () => clock.wallNow(),
    added: () => wakeUp.all(),
    failed: (row) => executor.lookAgain(RowRanges.between(row, row)),
    stopRun,
  });
  const common = { service, log, folder, sender, wakeUp, clock, stopRun };
  const canary =
    service.validatesLate && !rows.answeredBefore && shards.next === 1
      ? new CanaryRow(() => rows.openLive(0), wakeUp)
      : undefined;
  let live: Executor | undefined;
  let carried: ReadonlyMap<number, Carried> = new Map();
  const goLive = async () => {
    carried = await carriedRows(shards, folder);
    live = await rows.openLive(Math.max(0, shards.cost - rows.counted().viaBatch));
    executor.goLive(live);
  };
  const rowsChanged = (row: number) => {
    stop.request({ kind: 'input-changed', error: new InputChangedError(rows.input, row, 'sending') });
  };
  const executor: BatchApiExecutor = new BatchApiExecutor({
    shards,
    results,
    ledger: rows.ledger,
    canary,
    carried: (row) => carried.get(row),
    strays,
    questionOf: rows.reuse.questionOf,
    rowsChanged,
    finish: async () => {
      ended.abort();
      await runner.ended();
      await runner.clear();
    },
    close: once(async () => {
      ended.abort();
      await live?.close();
      const cancelGrace = clock.after(context.timings.graceMs, () => void service.close());
      await runner.ended();
      cancelGrace();
      await service.close();
      results.close();
      await log.close();
    }),
  });
  const parts = { ...common, results, requests, strays, canary, executor, goLive, rowsChanged };
  const runner = await openRunner(rows, parts);
  if (stop.signal.aborted) executor.stop();
  else stop.signal.addEventListener('abort', () => executor.stop(), { once: true });
  if (shards.isLive) {
    runner.startLive();
    await goLive();
  } else runner.start();
  return executor;
}

/** What the executor and the tasks beside it have in common. */
interface BatchApiParts {
  readonly service: BatchService;
  readonly log: ShardLog;
  readonly folder: ShardFolder;
  /** Fingerprint of the address and the key. */
  readonly sender: string;
  readonly wakeUp: WakeUp;
  readonly clock: Clock;
  readonly results: HomeResults;
  readonly requests: Awaited<ReturnType<typeof requestsOf>>;
  readonly strays: Strays;
  readonly canary: CanaryRow | undefined;
  readonly executor: BatchApiExecutor;
  readonly stopRun: (error: BatchApiError | CallError) => void;
  /** Several rows are not what they were when they were sent: stops the run. */
  readonly rowsChanged: (row: number) => void;
  /** Has the rows without a result run live. */
  readonly goLive: () => Promise<void>;
}

/** Puts together what brings rows to the service and back. */
async function openRunner(rows: BatchApiRows, parts: BatchApiParts): Promise<BatchRunner> {
  const { plan, calls, stop, context } = rows;
  const { service, log, folder, wakeUp, clock, results, requests, strays, canary, executor, stopRun } = parts;
  const { run, replies, requestOf } = requests;
  const news = (told: BatchApiNews) => context.watch.batchApi?.(told);
  const wallNow = () => clock.wallNow();
  const common = {
    ...{ service, log, folder, wakeUp, clock, run, stopRun, news, wallNow },
    ...{ timings: context.timings.batchApi, pollMs: plan.pollMs },
  };
  const { shards } = log;
  const sent = new SentRows({ shards, folder, results, strays, run, questionOf: rows.reuse.questionOf });
  const queueRoom = new QueueRoom({ log, clock, mostTokens: plan.mostTokens });
  const cutter = new ShardCutter({
    ...common,
    ...{ shards, mostRows: plan.mostRows, blocks: rows.blocks, from: rows.rowsVouched() },
    ...(await rowsToSend(rows, canary, requestOf)),
    isAsSent: (row) => sent.isAsSent(row),
    rowsChanged: parts.rowsChanged,
    ...costOfShards(rows, shards),
    hasFiles: plan.definition.attachments !== undefined,
    replies,
    mostTokens: () => queueRoom.limit,
    isStopped: () => wakeUp.isStopped,
  });
  const sender = new ShardSender({
    ...common,
    sender: parts.sender,
    model: plan.definition.model,
    isOver: () => runner.isOver,
    queueRoom,
    giveBack: (shard) => watch.giveBack(shard),
  });
  const leftovers = new RemoteLeftovers({ ...common, keepsRemote: plan.keepsRemote });
  const watch: ShardWatch = new ShardWatch({
    ...{ ...common, replies, results, attempts: calls.attempts, leftovers },
    ...{ sender: parts.sender, goneBatches: plan.goneBatches, queueRoom },
    harvested: (rows) => executor.lookAgain(rows),
  });
  const runner: BatchRunner = new BatchRunner({
    ...{ log, folder, cutter, sender, watch, leftovers, strays, wakeUp, clock, news, stopRun },
    failed: (error) => stop.request({ kind: 'failure', error }),
    endsAt: plan.liveAfter && deadlineAt(plan.liveAfter, log.shards.opened?.at ?? clock.wallNow()),
    over: async () => {
      await log.note({ step: 'live', at: clock.wallNow() });
      news({ kind: 'live' });
      await parts.goLive();
    },
    rowsCommitted: rows.rowsCommitted,
    detaches: plan.detaches,
    written: (rows) => executor.lookAgain(rows),
    submitted: () => {
      if (plan.detaches) stop.request({ kind: 'submitted', batches: log.shards.out.length });
    },
    budgetUsedUp: () =>
      stop.request({ kind: 'budget', end: { kind: 'max-cost', cost: spentOn(rows, log.shards) } }),
  });
  return runner;
}

/** A token takes two bytes of a request at least, but for rare signs: most take four. */
const BYTES_PER_TOKEN = 2;

/** What requests can cost at most, and what may still be spent on them. */
function costOfShards(rows: BatchApiRows, shards: Shards): Pick<CutterParts, 'mostCost' | 'mayCost'> {
  const { maxCost, calls, plan } = rows;
  if (maxCost === undefined) return { mostCost: () => 0, mayCost: () => Number.POSITIVE_INFINITY };
  const output = mostOutputTokens(plan.definition) ?? 0;
  return {
    mostCost: (bytes) => {
      const live = calls.pricer?.costOf({ input: Math.ceil(bytes / BYTES_PER_TOKEN), output });
      return (live ?? 0) * plan.priceShare;
    },
    mayCost: () => maxCost - spentOn(rows, shards) - shards.reserved,
  };
}

/** All that batches brought has cost, counted yet or not, and what was called live. */
function spentOn({ counted }: BatchApiRows, shards: Shards): number {
  const { cost, viaBatch } = counted();
  return shards.cost + cost - viaBatch;
}

/** What requests are made of, and what replies are made of responses. */
async function requestsOf(rows: BatchApiRows, service: BatchService) {
  const { plan, calls, runId, inputsOf, context } = rows;
  const replies = new BatchReplies({
    definition: plan.definition,
    apiKey: plan.apiKey,
    wire: service.wire,
    pricer: calls.pricer,
    priceShare: service.priceShare,
    onNotice: (notice) => context.watch.notice?.(notice),
    wallNow: () => context.clock.wallNow(),
  });
  const render = await renderer(plan.definition);
  const files = await filesOf(rows);
  const requestOf = (row: Row): MadeRequest | Promise<MadeRequest> => {
    const inputs = inputsOf(row);
    const prompt = render(inputs);
    return files === undefined
      ? replies.request(prompt, [])
      : files({ row: row.number, inputs, ...(row.attached && { attached: row.attached }) }, (read) =>
          replies.request(prompt, read),
        );
  };
  return { run: runMark(runId), replies, requestOf };
}

/** Reads the files of a row for as long as its request is made; undefined where the fabric is sent none. */
async function filesOf({ plan, filesFolder }: BatchApiRows) {
  if (plan.definition.attachments === undefined) return undefined;
  const { FileLayers } = await import('../calls/file-layers.js');
  const { withLoadedFiles } = await import('../../fabric/attachments/with-files.js');
  const options = await new FileLayers(filesFolder).optionsFor(plan.definition);
  return options && withLoadedFiles(options);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
