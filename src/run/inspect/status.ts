import {
  asFarAsItIs,
  type Checkpoint,
  CheckpointError,
  readCheckpoint,
} from '../../checkpoint/checkpoint-file.js';
import { checkpointFile, checkpointFolder, retryFolder } from '../../checkpoint/folder.js';
import { type LockHolder, type Processes, readLockHolder } from '../../checkpoint/lock.js';
import type { LatencySummary } from '../../monitor/latency-histogram.js';
import { busyHoldup, limitHoldup } from '../../monitor/progress/holdup-words.js';
import type { RunState } from '../../monitor/report/report-facts.js';
import { type FailureTally, RunTally } from '../../monitor/run-tally.js';
import type { SpendingTally } from '../../monitor/spending-tally.js';
import { budgetBefore } from '../plan/budget.js';
import { noRunOf } from '../saved/last-run.js';
import { type PartsSummary, summarizeParts } from '../saved/parts-summary.js';
import { partsOfRun } from '../saved/run-parts.js';
import { type SavedLimits, savedSettingsOf } from '../saved/saved-settings.js';
import { type BatchesStatus, readBatches } from './batches.js';
import { type NextStep, nextSteps } from './next-steps.js';
import { rowsPerSecondNow, whyStopped } from './progress.js';
import { type CountedRows, type RowsToDo, rowsToDo } from './rows-to-do.js';
import { runStateOf } from './state.js';
import { tallyOfRun } from './tally-of-run.js';

/** The state of a run, as its files on disk show it. */
export interface RunStatus extends PartsSummary {
  readonly output: string;
  /** The folder. */
  readonly checkpoint: string;
  readonly fabric: string;
  readonly state: RunState;
  /** Why it stopped, for a person; null where it did not, or where that is not known. */
  readonly stoppedBy: string | null;
  /** The process that runs it, or ran it when it was killed; null where there is none. */
  readonly process: LockHolder | null;
  readonly rows: RowsToDo & {
    /** Rows with a result: it is on disk, and they are not called again. */
    readonly done: number;
    /** Of those, the ones that are in the output: no row before them is without a result. */
    readonly committed: number;
  };
  readonly succeeded: number;
  readonly failed: number;
  /** By kind, with the first row numbers. */
  readonly failures: Readonly<Record<string, FailureTally>>;
  /** Calls that went out, as far as what became of them is on disk. */
  readonly calls: number;
  readonly retries: number;
  /** `now`: over about the last 15 seconds of work; null where no process runs it, or where it is unknown. */
  readonly rowsPerSecond: { readonly now: number | null; readonly overall: number | null };
  readonly timeLeftMs: number | null;
  /** What holds up its calls, and what may be done about it, in words; null where no process runs it, or where nothing does. */
  readonly heldUp: string | null;
  /** Of work, without the time between an interruption and the next start. */
  readonly elapsedMs: number;
  /** Of answered calls, in ms. */
  readonly latency: LatencySummary;
  readonly tokens: { readonly in: number; readonly out: number; readonly cached: number };
  /** In `costUnit`; null where no price is known. */
  readonly cost: number | null;
  readonly costUnit: string | null;
  /** True where the price is a guess. */
  readonly costIsGuess: boolean;
  /** Calls whose price is not known: they are not in `cost`. */
  readonly unpricedCalls: number;
  /** Rows that needed no call of their own. */
  readonly reused: { readonly inRun: number; readonly fromCache: number };
  /** Rows that `--skip-filled` leaves as they are. */
  readonly keptFilled: number;
  /** RFC 3339, as the next. */
  readonly startedAt: string;
  /** When the checkpoint was saved last. */
  readonly savedAt: string;
  readonly savedAgoMs: number;
  /** A retry of its failed rows that is not finished. */
  readonly retry: RetryStatus | null;
  /** Of a run over a batch API alone. */
  readonly batches?: BatchesStatus;
  /** What can be typed next. */
  readonly next: readonly NextStep[];
}

export interface RetryStatus {
  readonly state: 'running' | 'interrupted';
  /** Of the failed rows, those that were tried again. */
  readonly succeeded: number;
  readonly failed: number;
  readonly savedAt: string;
}

export interface StatusContext {
  readonly processes: Processes;
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** Row counts of inputs, kept between looks. */
  readonly counted?: CountedRows;
}

/**
 * Reads the status of a run without locking or writing anything, also while the run goes on.
 *
 * @param folder the checkpoint's.
 * @throws SetUpError where there is no such run; CheckpointError where its checkpoint cannot be read.
 */
export async function readRunStatus(
  { output, folder: asked }: { readonly output: string; readonly folder?: string },
  { processes, wallNow, counted }: StatusContext,
): Promise<RunStatus> {
  const folder = checkpointFolder(output, asked);
  // Read the lock first: a finishing run saves its state before it releases the lock.
  const holder = await readLockHolder(folder, processes);
  const found = await readCheckpoint(folder);
  if (found === undefined) throw await noRunOf(output, asked);
  const checkpoint = asFarAsItIs(found);
  checkWhole(checkpoint, folder);
  const saved = savedSettingsOf(checkpoint, output);
  const parts = partsOfRun(checkpoint, saved);
  const { tally, journaled } = await tallyOfRun(folder, checkpoint, parts);
  const state = runStateOf(checkpoint, tally.failed, holder);
  const isRunning = state === 'running';
  const rows = await rowsToDo(saved.options, checkpoint, counted);
  const savedAgoMs = Math.max(0, wallNow() - Date.parse(checkpoint.savedAt));
  const elapsedMs = checkpoint.elapsedMs + (isRunning ? savedAgoMs : 0);
  const now = isRunning ? await rowsPerSecondNow(folder) : null;
  const done = checkpoint.rowsCommitted + journaled;
  // The time of a run without a process ends with its last save, and what it journaled after that has none.
  const timed = isRunning ? done : checkpoint.rowsCommitted;
  const overall = elapsedMs > 0 && timed > 0 ? (timed / elapsedMs) * 1000 : null;
  const retry = await retryOf(folder, checkpoint, holder);
  const { spending } = tally;
  const outstanding = await readBatches(folder, wallNow());
  // A run that is over has batches out only where its input lost rows.
  const batches = checkpoint.state === 'finished' && outstanding?.out.length === 0 ? undefined : outstanding;
  return {
    output,
    checkpoint: folder,
    fabric: String(checkpoint.identity.fabric ?? 'a fabric'),
    state,
    stoppedBy: state === 'stopped' ? await whyStopped(folder) : null,
    process: state === 'killed' || holder?.isAlive ? (holder ?? null) : null,
    rows: {
      ...rows,
      done,
      committed: checkpoint.rowsCommitted,
      share: shareDone(rows, checkpoint.rowsCommitted, done),
    },
    succeeded: tally.succeeded,
    failed: tally.failed,
    failures: tally.failures,
    calls: tally.calls,
    retries: tally.retries,
    rowsPerSecond: { now, overall },
    heldUp:
      isRunning && saved.options.queue === undefined && batches === undefined
        ? heldUp(saved.limits, callsPerSecond(tally.calls, done, now || overall), tally)
        : null,
    timeLeftMs: isRunning ? timeLeftMs(done, rows, now || overall) : null,
    elapsedMs,
    latency: tally.latency.summary(),
    tokens: { in: spending.input, out: spending.output, cached: spending.cached },
    cost: isCostKnown(saved.costUnit, spending) ? Number(spending.cost.toPrecision(12)) : null,
    costUnit: saved.costUnit ?? null,
    costIsGuess: saved.costIsGuess ?? false,
    unpricedCalls: spending.unpriced,
    ...summarizeParts(spending, parts),
    reused: { inRun: spending.reusedInRun, fromCache: spending.reusedFromCache },
    keptFilled: spending.filled,
    startedAt: checkpoint.startedAt,
    savedAt: checkpoint.savedAt,
    savedAgoMs,
    retry,
    ...(batches && { batches }),
    next: nextSteps({
      ...{ output, folder, state, retry: retry?.state, canResume: saved.options.input !== undefined },
      kinds: Object.keys(tally.failures),
      spent: {
        budget: budgetBefore(saved),
        ...{ cost: spending.cost, calls: tally.calls, costUnit: saved.costUnit },
        rows: { done, total: rows.total },
      },
    }),
  };
}

/** Calls as often to a row as so far. */
function callsPerSecond(calls: number, rows: number, rowsPerSecond: number | null): number {
  return rows === 0 ? 0 : (calls / rows) * (rowsPerSecond ?? 0);
}

/** By Little's law, calls in flight are calls a second times the seconds of a call. */
function heldUp({ rate, concurrency }: SavedLimits, perSecond: number, { latency }: RunTally): string | null {
  const limits = { rate: rate ?? 'none', concurrency: concurrency ?? 'auto' } as const;
  const inFlight = Math.ceil((perSecond * latency.summary().mean) / 1_000);
  return (limitHoldup(limits, perSecond) ?? busyHoldup(limits, inFlight))?.text ?? null;
}

/** A price that hangs on what answers say may not have been said by any. */
function isCostKnown(unit: string | undefined, { cost, unpriced }: SpendingTally): boolean {
  return unit !== undefined && (cost > 0 || unpriced === 0);
}

/** @throws CheckpointError where what is to be shown is not in it. */
function checkWhole(
  { identity, settings, counts, rowsCommitted }: Partial<Checkpoint>,
  folder: string,
): void {
  const isWhole = isObject(identity) && isObject(settings) && isObject(counts) && isObject(counts.latency);
  if (isWhole && typeof rowsCommitted === 'number') return;
  throw new CheckpointError(
    `${checkpointFile(folder)} is damaged: it does not say how far the run is; --overwrite starts the run over`,
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** By bytes, the share goes no further than the last row that is committed. */
function shareDone({ total, share }: RowsToDo, committed: number, done: number): number | null {
  if (total !== null) return total === 0 ? 1 : Math.min(1, done / total);
  return share === null || committed === 0 ? share : Math.min(1, (share / committed) * done);
}

function timeLeftMs(done: number, { total, share }: RowsToDo, rowsPerSecond: number | null): number | null {
  if (rowsPerSecond === null || rowsPerSecond === 0) return null;
  if (total !== null) return (Math.max(0, total - done) / rowsPerSecond) * 1000;
  // As many rows a byte as so far.
  return share === null || share === 0 ? null : ((done / share - done) / rowsPerSecond) * 1000;
}

/** A retry keeps a checkpoint of its own in the run's folder, and removes it when it is done. */
async function retryOf(
  folder: string,
  run: Checkpoint,
  holder: LockHolder | undefined,
): Promise<RetryStatus | null> {
  if (run.state !== 'finished') return null;
  const checkpoint = await readCheckpoint(retryFolder(folder));
  if (checkpoint === undefined || checkpoint.state === 'finished') return null;
  const { succeeded, failed } = new RunTally(checkpoint.counts);
  const state = holder?.isAlive ? 'running' : 'interrupted';
  return { state, succeeded, failed, savedAt: checkpoint.savedAt };
}
