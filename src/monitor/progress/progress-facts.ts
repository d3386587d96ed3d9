import { counted, formatCost, formatCount, formatDuration, nounFor } from '../../wording/wording.js';
import type { BatchesOut, LiveCounts } from '../live-counts.js';
import { busyHoldup, holdupWords } from './holdup-words.js';

/** What an item of the display is about. */
export type ProgressField =
  | 'bar'
  | 'rows'
  | 'speed'
  | 'failed'
  | 'retries'
  | 'calls'
  | 'batches'
  | 'of batches'
  | 'age'
  | 'workers'
  | 'spent'
  | 'for all'
  | 'left'
  | 'elapsed'
  | 'holdup';

/** One item of the progress display. */
export interface ProgressFact {
  readonly field: ProgressField;
  readonly text: string;
  /** A shorter form. */
  readonly short?: string;
  /** Where room is short, facts of the highest rank are left out first. */
  readonly rank: number;
}

/** A run's progress. */
export interface Standing {
  /** Rows that have a result. */
  readonly done: number;
  readonly total: number | undefined;
  /** 0 to 1; undefined where it is unknown. */
  readonly share: number | undefined;
  readonly rowsPerSecond: number;
  /** Since this process has started; undefined where it is not to be shown. */
  readonly elapsedMs?: number;
}

/** The items of the display in order. Unknown figures and zeros are left out. */
export function progressFacts(
  counts: LiveCounts,
  standing: Standing,
  room: FigureRoom = AS_LONG_AS_THEY_ARE,
): ProgressFact[] {
  const { tally, retrying } = counts;
  const { failed } = tally;
  const out = counts.batches?.();
  const facts: (ProgressFact | false)[] = [
    rowsFact(standing, room),
    { field: 'speed', text: `${formatCount(standing.rowsPerSecond)}/s`, rank: 4 },
    failed > 0 && { field: 'failed', text: `${formatCount(failed)} failed`, rank: 2 },
    retrying > 0 && { field: 'retries', text: counted(retrying, 'retry', 'retries'), rank: 9 },
    ...(out === undefined ? [inFlightFact(counts)] : batchFacts(out)),
    workersFact(counts),
    ...spentFacts(counts, standing),
    elapsedFact(standing),
    leftFact(standing),
    holdupFact(counts, standing),
  ];
  return facts.filter((fact) => fact !== false);
}

/** From this rank on, facts are extras: they are left out before others are shortened. */
export const EXTRA_RANK = 10;

/** The bar repeats the numbers, so it is left out before the speed is. */
export const BAR_RANK = 5;

/** How many characters figures take at least, where a display is to stand still. */
export interface FigureRoom {
  readonly done: number;
  readonly percent: number;
}

/** 57 of 100 is 57 %, though 0.57 times 100 is a little less. */
const NEARLY = 1e-9;

const AS_LONG_AS_THEY_ARE: FigureRoom = { done: 0, percent: 0 };

function rowsFact({ done, total, share }: Standing, room: FigureRoom): ProgressFact {
  const percent =
    share === undefined ? '' : ` ${String(Math.floor(share * 100 + NEARLY)).padStart(room.percent)}%`;
  if (total === undefined) return { field: 'rows', text: `${counted(done, 'row')}${percent}`, rank: 0 };
  const rows = `${formatCount(done).padStart(room.done)}/${formatCount(total)}`;
  return {
    field: 'rows',
    text: `${rows} ${nounFor(total, 'row')}${percent}`,
    short: `${rows}${percent}`,
    rank: 0,
  };
}

/** `3 batches out (2 in_progress, 1 validating)`, `1,200/3,000 done`, `for 2 h, 22 h to expiry` */
function batchFacts({ words, rows, done, ageMs, expiresInMs }: BatchesOut): ProgressFact[] {
  const batches = [...words.values()].reduce((sum, count) => sum + count, 0);
  const each = [...words].map(([word, count]) => `${formatCount(count)} ${word}`).join(', ');
  const out = `${counted(batches, 'batch', 'batches')} out`;
  const age = `for ${formatDuration(ageMs)}`;
  const expiry = expiresInMs === undefined ? undefined : `${formatDuration(expiresInMs)} to expiry`;
  return [
    { field: 'batches', text: `${out} (${each})`, short: batches === 1 ? `${out} (${each})` : out, rank: 1 },
    ...(done === undefined
      ? []
      : [
          {
            field: 'of batches',
            text: `${formatCount(done)}/${formatCount(rows)} of them done`,
            rank: 3,
          } as const,
        ]),
    { field: 'age', text: expiry === undefined ? age : `${age}, ${expiry}`, short: expiry ?? age, rank: 6 },
  ];
}

function workersFact({ workers }: LiveCounts): ProgressFact | false {
  const count = workers?.() ?? 0;
  return count > 0 && { field: 'workers', text: counted(count, 'worker'), rank: 8 };
}

/** `$1.23 of $5.00`, `4,100 of 5,000 calls`, `$1.23`, and `about $4.80 for all` */
function spentFacts(
  { tally, costUnit, costIsGuess, budget = {} }: LiveCounts,
  { total }: Standing,
): ProgressFact[] {
  const { maxCost, maxCalls } = budget;
  const { cost } = tally.spending;
  const limit =
    costUnit !== undefined && maxCost !== undefined
      ? ` of ${formatCost(maxCost, costUnit)}`
      : maxCalls === undefined
        ? ''
        : undefined;
  if (limit === undefined)
    return [
      { field: 'spent', text: `${formatCount(tally.calls)} of ${counted(maxCalls ?? 0, 'call')}`, rank: 6 },
    ];
  if (costUnit === undefined || (cost === 0 && limit === '')) return [];
  // What workers hold is not in the cost either.
  const all = costForAll(cost, { done: tally.succeeded + tally.failed, total });
  return [
    { field: 'spent', ...guessed(`${formatCost(toCents(cost), costUnit)}${limit}`, costIsGuess), rank: 6 },
    ...(all === undefined
      ? []
      : [
          { field: 'for all', text: `about ${formatCost(all, costUnit)} for all`, rank: EXTRA_RANK } as const,
        ]),
  ];
}

/** `~$1.23 (guessed price)`, `~$1.23` */
function guessed(amount: string, isGuess: boolean | undefined): Pick<ProgressFact, 'text' | 'short'> {
  return isGuess ? { text: `~${amount} (guessed price)`, short: `~${amount}` } : { text: amount };
}

/** Fewer rows say little about what the whole will cost. */
const TELLING_ROWS = 10;

/**
 * What the whole run will cost if its other rows cost what those with a result did, in two digits; undefined where too
 * few have one, where all have, or where nobody knows how many there are.
 */
export function costForAll(
  cost: number,
  { done, total }: { readonly done: number; readonly total: number | null | undefined },
): number | undefined {
  if (total === null || total === undefined || done < TELLING_ROWS || done >= total || cost === 0)
    return undefined;
  return Number(((cost / done) * total).toPrecision(2));
}

/** Rounds a growing cost, whose further digits would flicker. */
function toCents(cost: number): number {
  return cost < 0.1 ? cost : Math.round(cost * 100) / 100;
}

function leftFact({ done, total, rowsPerSecond }: Standing): ProgressFact | false {
  if (total === undefined) return false;
  const leftMs = (Math.max(0, total - done) / rowsPerSecond) * 1_000;
  return Number.isFinite(leftMs) && { field: 'left', text: `${inSeconds(leftMs)} left`, rank: 3 };
}

function elapsedFact({ elapsedMs }: Standing): ProgressFact | false {
  if (elapsedMs === undefined) return false;
  const time = inSeconds(elapsedMs);
  return { field: 'elapsed', text: `${time} so far`, short: `${time} in`, rank: 7 };
}

/** Parts of a second would flicker. */
function inSeconds(ms: number): string {
  return ms < 59_500 ? `${Math.floor(ms / 1_000)} s` : formatDuration(ms);
}

function holdupFact(counts: LiveCounts, { rowsPerSecond }: Standing): ProgressFact | false {
  const holdup = holdupWords(counts, rowsPerSecond);
  return holdup !== undefined && { field: 'holdup', ...holdup, rank: 1 };
}

/** `8 in flight`, or that there could be more */
function inFlightFact({ inFlight, holdups, pace }: LiveCounts): ProgressFact {
  const busy = pace === undefined || holdups?.().forLimit ? undefined : busyHoldup(pace, inFlight());
  return { field: 'calls', ...(busy ?? { text: `${formatCount(inFlight())} in flight` }), rank: 8 };
}
