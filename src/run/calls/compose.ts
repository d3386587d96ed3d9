import { LocalExecutor, type LocalExecutorOptions } from '../../batch/local-executor.js';
import type { FileSource } from '../../fabric/attachments/file-source.js';
import { CallError } from '../../fabric/call-error.js';
import type { Fabric } from '../../fabric/fabric.js';
import { readLimitHeaders } from '../../fabric/limit-headers.js';
import { noteUsage } from '../../fabric/spending.js';
import type { StepStore } from '../../fabric/step-outcome.js';
import type { BudgetLayers } from '../../limits/budget-layers.js';
import type { Clock } from '../../limits/clock.js';
import { limited } from '../../limits/limited.js';
import { Limiter } from '../../limits/limiter.js';
import type { Backoff } from '../../limits/retry/backoff.js';
import { FirstTimeouts } from '../../limits/retry/first-timeouts.js';
import { retrying } from '../../limits/retry/retrying.js';
import type { SharedLimit } from '../../limits/shared/shared-turns.js';
import { withSharedLimit } from '../../limits/shared/with-shared-limit.js';
import type { Holdups } from '../../monitor/live-counts.js';
import type { RunWatch } from '../../monitor/run-watch.js';
import type { JsonObject } from '../../rows/row.js';
import { attachmentsOf, type CallPlan, type FabricCalls, fabricsOf, startOf } from '../plan/call-plan.js';
import { answerSchemaOf } from '../plan/fabric.js';
import { mostInFlight } from '../plan/limits.js';
import { unitOf } from '../plan/row-calls.js';
import type { FileLayers } from './file-layers.js';
import { openClient } from './open-client.js';
import { type CallPlaces, placeCalls, placesFor } from './place-calls.js';
import { shareLimit } from './shared-limit.js';
import { nameOfStack, type Stack, type StackOptions } from './stack.js';

/** Rows read ahead for each call in the air: enough that a call never waits for the reader. */
const BACKLOG_PER_CALL = 1;

/** What is done with rows and their results. */
export type RowSinks = Pick<
  LocalExecutorOptions,
  'inputsOf' | 'answeredOf' | 'ledger' | 'started' | 'stopRun'
>;

/** What a listener hears of calls. */
export type CallListeners = Pick<RunWatch, 'callRetried' | 'waiting' | 'notice'>;

export interface Parts {
  readonly plan: CallPlan;
  readonly runId: string;
  /** The folder in which paths of files begin that rows name. */
  readonly filesFolder: string;
  /** Where these files are; undefined: on this machine. */
  readonly fileSource?: FileSource;
  readonly sinks: RowSinks;
  /** Where the steps of rows with tiers or steps are kept. */
  readonly steps: StepStore;
  /** Something was answered in this run before, here or elsewhere. */
  readonly answeredBefore: () => boolean;
  /** Aborted when no call may start any more. */
  readonly signal: AbortSignal;
  /** What may be spent; undefined: anything. */
  readonly budget?: BudgetLayers;
  readonly watch: CallListeners;
  /** The limits that other processes keep to as well, by the name of a fabric's layers; the plan's own rates are then none. */
  readonly sharedLimitOf?: (stack: string) => SharedLimit;
  /** Stands around all other layers. */
  readonly outermost?: (next: Fabric) => Fabric;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly backoff: Backoff;
}

export interface ComposedCalls {
  readonly executor: LocalExecutor;
  /** Calls that have gone out and have not come back. */
  inFlight(): number;
  /** What keeps calls from going out. */
  holdups(): Holdups;
  /** From now on, so many calls may be in the air. */
  resize(calls: number): void;
}

/**
 * Puts the layers around the calls together; the only place that does. From the outside in:
 * executor (call slots) → tiers or steps, where there are several → retry → validation, where answers have a schema → the files
 * of rows, where the fabric is sent some → budget, where there is one → limiter → the limit of all workers, where there are others → client.
 */
export async function compose(given: Parts): Promise<ComposedCalls> {
  const parts = { ...given, files: await openFiles(given) };
  const { plan, sinks, steps, signal, clock } = parts;
  const onPlaceFreed = (): void => executor.startRows();
  const first = startOf(plan);
  const start = openLane(first, nameOfStack(0), parts);
  const laneOf = (calls: FabricCalls, { name }: StackOptions) =>
    calls === first ? start : openLane(calls, name, parts);
  const stackOf = (
    calls: FabricCalls,
    options: StackOptions,
    lane = laneOf(calls, options),
  ): Promise<Stack> => composeStack(calls, options, parts, lane, lane === start ? onPlaceFreed : () => {});
  const stackOfPlan = async (): Promise<Stack> => {
    if (plan.steps !== undefined)
      return (await loadSteps())(plan.steps, { laneOf, stackOf, steps, onPlaceFreed });
    if (plan.tiers !== undefined)
      return (await loadTiers())(first, plan.tiers, { stackOf, steps, onPlaceFreed });
    return stackOf(first, { name: nameOfStack(0), invalidAnswers: 'repaired' });
  };
  const { fabric, places, inFlight, holdups, resize } = await stackOfPlan();
  const executor: LocalExecutor = new LocalExecutor({
    ...sinks,
    fabric: parts.outermost?.(fabric) ?? fabric,
    slots: places.slots,
    backlog: BACKLOG_PER_CALL * placesFor(first, mostInFlight(first)),
    isStopped: () => signal.aborted,
    wallNow: () => clock.wallNow(),
  });
  return {
    executor,
    inFlight,
    holdups,
    resize: (calls) => {
      resize(calls);
      executor.startRows();
    },
  };
}

/** What calls pass before they go out, and the places for them. */
interface Lane {
  readonly limiter: Limiter;
  readonly places: CallPlaces;
  /** The limit that other processes keep to as well. */
  readonly share: (ReturnType<typeof shareLimit> & { readonly limit: SharedLimit }) | undefined;
}

/** @param name of the first stack that has it. */
function openLane(calls: FabricCalls, name: string, { watch, sharedLimitOf, clock }: Parts): Lane {
  const { rate, tokensPerMinute } = calls;
  const onPause = (ms: number) => watch.waiting?.('service-pause', ms);
  const limiter = new Limiter({ rate, tokensPerMinute, clock, onPause });
  const places = placeCalls(calls, limiter, clock);
  const sharedLimit = sharedLimitOf?.(name);
  const share = sharedLimit && { ...shareLimit(limiter, sharedLimit, clock), limit: sharedLimit };
  return { limiter, places, share };
}

/** The layers of one fabric. `onPlaceFreed` hears that a row in backoff lends its place. */
async function composeStack(
  calls: FabricCalls,
  { name, invalidAnswers }: StackOptions,
  {
    plan,
    runId,
    files,
    answeredBefore,
    signal,
    budget,
    clock,
    random,
    watch,
    backoff,
  }: Parts & { readonly files: FileLayers | undefined },
  { limiter, places, share }: Lane,
  onPlaceFreed: () => void,
): Promise<Stack> {
  const { fabric, pricer } = calls;
  // What a gateway says in USD is no part of a sum in another unit.
  const inUnit = pricer?.unit === unitOf(plan);
  let inBackoff = 0;
  const { timeoutMs } = calls;
  const timeouts = new FirstTimeouts(answeredBefore, (calls) =>
    watch.notice?.({ kind: 'timeouts', calls, timeoutMs }),
  );
  const client = await openClient(fabric, {
    runId: runId + name,
    concurrency: mostInFlight(calls),
    timeoutMs,
    wallNow: () => clock.wallNow(),
    onHeaders: (headers) => {
      const limits = readLimitHeaders(headers, clock.wallNow());
      // The service may not have counted the calls that are still in the air.
      const others = Math.max(0, client.inFlight - 1);
      if (limits) limiter.slowTo(limits, others);
      if (limits?.requests) share?.limit.finder?.stated(limits.requests);
    },
    onUsage: (call, usage) => {
      timeouts.answered();
      noteUsage(call, usage, inUnit ? pricer?.costOf(usage) : undefined);
    },
    onTimeout: () => timeouts.timedOut(),
    onLateStart: (lateMs) => {
      limiter.startedLate(lateMs);
      share?.limit.startedLate(lateMs);
    },
    ...(watch.notice && { onNotice: (notice) => watch.notice?.(notice) }),
  });
  const turns = watch.waiting && {
    now: () => clock.now(),
    waited: (ms: number) => watch.waiting?.('rate-limit', ms),
  };
  const counted = budget?.atClient(client) ?? client;
  const limitedByOthers = share ? withSharedLimit(counted, share.turns, share.limit, turns) : counted;
  const limitedCalls = limited(limitedByOthers, limiter, turns);
  // Outside of the limiter: what it held back would go out all at once, faster than the limit.
  const isFree = pricer?.source === 'on-device';
  const fixedPrice = pricer?.costOf(undefined);
  if (fixedPrice !== undefined) budget?.expect(name, fixedPrice);
  const allowed = budget?.beforeTurn(limitedCalls, { name, isFree }) ?? limitedCalls;
  const paced = files === undefined ? allowed : await files.around(allowed, fabric);
  const schema = answerSchemaOf(fabric);
  const check = schema === undefined ? undefined : await validation(schema);
  const retried = retrying(invalidAnswers === 'repaired' && check ? check(paced) : paced, {
    attempts: calls.attempts,
    answeredBefore,
    limiter: share?.limiter ?? limiter,
    clock,
    random,
    backoff,
    signal,
    whileWaiting: async (wait) => {
      inBackoff++;
      try {
        return await places.slots.whileWaiting(wait, onPlaceFreed);
      } finally {
        inBackoff--;
      }
    },
    onRetry: (kind, { row }) => watch.callRetried?.(kind, row),
    onBackoff: (ms) => watch.waiting?.('backoff', ms),
  });
  const close = () => {
    const reason = new CallError('aborted', 'the run stopped');
    limiter.close(reason);
    share?.turns.close(reason);
    budget?.close(reason);
    files?.close(reason);
  };
  signal.addEventListener('abort', close, { once: true });
  // Outside of the retries, the first answer that does not match is the last.
  const answered = invalidAnswers === 'failed' && check ? check(retried) : retried;
  return {
    fabric: places.watching(answered),
    places,
    inFlight: () => client.inFlight,
    holdups: () => ({
      forLimit: limiter.waiting + (share?.turns.waiting ?? 0),
      pausedForMs: limiter.pausedForMs,
      askedForMs: limiter.askedForMs,
      inBackoff,
    }),
    resize: (most) => places.slots.resize(placesFor(calls, most)),
  };
}

/** The checker of schemas takes a tenth of a second to load. */
async function validation(schema: JsonObject): Promise<(next: Fabric) => Fabric> {
  const { validated } = await import('../../fabric/answer/validated.js');
  return (next) => validated(next, schema);
}

/** Few runs have files. */
async function openFiles({ plan, filesFolder, fileSource }: Parts): Promise<FileLayers | undefined> {
  if (fabricsOf(plan).every(({ fabric }) => attachmentsOf(fabric).length === 0)) return undefined;
  const { FileLayers } = await import('./file-layers.js');
  return new FileLayers(filesFolder, fileSource);
}

/** Few runs have steps, or tiers. */
async function loadSteps() {
  const { composeSteps } = await import('./compose-steps.js');
  return composeSteps;
}

async function loadTiers() {
  const { composeTiers } = await import('./compose-tiers.js');
  return composeTiers;
}
