import { counted, formatCost, formatCount, formatDuration, nounFor } from '../../wording/wording.js';
import type { BatchesOut, LiveCounts } from '../live-counts.js';
import { busyHoldup, holdupWords } from './holdup-words.js';

/** One item of the progress display. */
export interface ProgressFact {
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
}

/** The items of the display in order. Unknown figures and zeros are left out. */
export function progressFacts(counts: LiveCounts, standing: Standing): ProgressFact[] {
  const { tally, retrying } = counts;
  const { failed } = tally;
  const out = counts.batches?.();
  return [
    rowsFact(standing),
    { text: `${formatCount(standing.rowsPerSecond)}/s`, rank: 4 },
    failed > 0 && { text: `${formatCount(failed)} failed`, rank: 2 },
    retrying > 0 && { text: counted(retrying, 'retry', 'retries'), rank: 9 },
    ...(out === undefined ? [inFlightFact(counts)] : batchFacts(out)),
    workersFact(counts),
    ...spentFacts(counts, standing),
    leftFact(standing),
    holdupFact(counts, standing),
  ].filter((fact) => fact !== false);
}

/** From this rank on, facts are extras: they are left out before others are shortened. */
export const EXTRA_RANK = 10;

/** The bar repeats the numbers, so it is left out before the speed is. */
export const BAR_RANK = 5;

function rowsFact({ done, total, share }: Standing): ProgressFact {
  const percent = share === undefined ? '' : ` ${Math.floor(share * 100)}%`;
  if (total === undefined) return { text: `${counted(done, 'row')}${percent}`, rank: 0 };
  const rows = `${formatCount(done)}/${formatCount(total)}`;
  return { text: `${rows} ${nounFor(total, 'row')}${percent}`, short: `${rows}${percent}`, rank: 0 };
}

/** `3 batches out (2 in_progress, 1 validating)`, `1,200/3,000 done`, `for 2 h, 22 h to expiry` */
function batchFacts({ words, rows, done, ageMs, expiresInMs }: BatchesOut): ProgressFact[] {
  const batches = [...words.values()].reduce((sum, count) => sum + count, 0);
  const each = [...words].map(([word, count]) => `${formatCount(count)} ${word}`).join(', ');
  const out = `${counted(batches, 'batch', 'batches')} out`;
  const age = `for ${formatDuration(ageMs)}`;
  const expiry = expiresInMs === undefined ? undefined : `${formatDuration(expiresInMs)} to expiry`;
  return [
    { text: `${out} (${each})`, short: batches === 1 ? `${out} (${each})` : out, rank: 1 },
    ...(done === undefined
      ? []
      : [{ text: `${formatCount(done)}/${formatCount(rows)} of them done`, rank: 3 }]),
    { text: expiry === undefined ? age : `${age}, ${expiry}`, short: expiry ?? age, rank: 6 },
  ];
}

function workersFact({ workers }: LiveCounts): ProgressFact | false {
  const count = workers?.() ?? 0;
  return count > 0 && { text: counted(count, 'worker'), rank: 8 };
}

/** `$1.23 of $5.00`, `4,100 of 5,000 calls`, `$1.23`, and `about $4.80 for all` */
function spentFacts({ tally, costUnit, budget = {} }: LiveCounts, { total }: Standing): ProgressFact[] {
  const { maxCost, maxCalls } = budget;
  const { cost } = tally.spending;
  const limit =
    costUnit !== undefined && maxCost !== undefined
      ? ` of ${formatCost(maxCost, costUnit)}`
      : maxCalls === undefined
        ? ''
        : undefined;
  if (limit === undefined)
    return [{ text: `${formatCount(tally.calls)} of ${counted(maxCalls ?? 0, 'call')}`, rank: 7 }];
  if (costUnit === undefined || (cost === 0 && limit === '')) return [];
  // What workers hold is not in the cost either.
  const all = costForAll(cost, { done: tally.succeeded + tally.failed, total });
  return [
    { text: `${formatCost(toCents(cost), costUnit)}${limit}`, rank: 7 },
    ...(all === undefined ? [] : [{ text: `about ${formatCost(all, costUnit)} for all`, rank: EXTRA_RANK }]),
  ];
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
  return Number.isFinite(leftMs) && { text: `${formatDuration(leftMs)} left`, rank: 3 };
}

function holdupFact(counts: LiveCounts, { rowsPerSecond }: Standing): ProgressFact | false {
  const holdup = holdupWords(counts, rowsPerSecond);
  return holdup !== undefined && { ...holdup, rank: 1 };
}

/** `8 in flight`, or that there could be more */
function inFlightFact({ inFlight, holdups, pace }: LiveCounts): ProgressFact {
  const busy = pace === undefined || holdups?.().forLimit ? undefined : busyHoldup(pace, inFlight());
  return { ...(busy ?? { text: `${formatCount(inFlight())} in flight` }), rank: 6 };
}
