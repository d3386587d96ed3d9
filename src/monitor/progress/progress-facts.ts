import type { LiveCounts } from '../live-counts.js';
import { counted, formatCost, formatCount, formatDuration } from '../wording.js';
import { holdupWords } from './holdup-words.js';

/** Something to say of a run's progress. */
export interface Fact {
  readonly text: string;
  /** The same in fewer characters. */
  readonly short?: string;
  /** Where there is no room for all, those with the highest number go first. */
  readonly rank: number;
}

/** How far a run is, as its display reckons it. */
export interface Standing {
  /** Rows that have a result. */
  readonly done: number;
  readonly total: number | undefined;
  /** 0 to 1; undefined where nobody knows. */
  readonly share: number | undefined;
  readonly rowsPerSecond: number;
}

/** What there is to say, in the order in which it is said. What is not known, or is nothing, is left out. */
export function progressFacts(counts: LiveCounts, standing: Standing): Fact[] {
  const { tally, retrying, inFlight } = counts;
  const { failed } = tally;
  return [
    rowsFact(standing),
    { text: `${formatCount(standing.rowsPerSecond)}/s`, rank: 4 },
    failed > 0 && { text: `${formatCount(failed)} failed`, rank: 2 },
    retrying > 0 && { text: `${formatCount(retrying)} retries`, rank: 9 },
    { text: `${formatCount(inFlight())} in flight`, rank: 6 },
    workersFact(counts),
    spentFact(counts),
    leftFact(standing),
    holdupFact(counts),
  ].filter((fact) => fact !== false);
}

/** The bar is a picture of what the numbers say: it goes before the rate does. */
export const BAR_RANK = 5;

function rowsFact({ done, total, share }: Standing): Fact {
  const percent = share === undefined ? '' : ` ${Math.floor(share * 100)}%`;
  if (total === undefined) return { text: `${formatCount(done)} rows${percent}`, rank: 0 };
  const rows = `${formatCount(done)}/${formatCount(total)}`;
  return { text: `${rows} rows${percent}`, short: `${rows}${percent}`, rank: 0 };
}

function workersFact({ workers }: LiveCounts): Fact | false {
  const count = workers?.() ?? 0;
  return count > 0 && { text: `${counted(count, 'worker')}`, rank: 8 };
}

/** `$1.23 of $5.00`, `4,100 of 5,000 calls`, `$1.23` */
function spentFact({ tally, costUnit, budget = {} }: LiveCounts): Fact | false {
  const { maxCost, maxCalls } = budget;
  const { cost } = tally.spending;
  if (costUnit !== undefined && maxCost !== undefined)
    return { text: `${formatCost(toCents(cost), costUnit)} of ${formatCost(maxCost, costUnit)}`, rank: 7 };
  if (maxCalls !== undefined)
    return { text: `${formatCount(tally.calls)} of ${formatCount(maxCalls)} calls`, rank: 7 };
  return costUnit !== undefined && cost > 0 && { text: formatCost(toCents(cost), costUnit), rank: 7 };
}

/** While it grows, more digits would only flicker. */
function toCents(cost: number): number {
  return cost < 0.1 ? cost : Math.round(cost * 100) / 100;
}

function leftFact({ done, total, rowsPerSecond }: Standing): Fact | false {
  if (total === undefined) return false;
  const leftMs = (Math.max(0, total - done) / rowsPerSecond) * 1_000;
  return Number.isFinite(leftMs) && { text: `${formatDuration(leftMs)} left`, rank: 3 };
}

function holdupFact(counts: LiveCounts): Fact | false {
  const words = holdupWords(counts);
  return words !== undefined && { text: words, rank: 1 };
}
