import { readHistory } from '../../checkpoint/history-file.js';
import { historyIn } from '../../monitor/history/history-form.js';
import { Interval } from '../../monitor/history/interval.js';

/** Over so much of the last work, in ms: long enough that a slow row is no stop. */
const RECENT_MS = 15_000;

/** Why a run stopped, as its last process has kept it; null where that is not known. */
export async function whyStopped(folder: string): Promise<string | null> {
  return historyIn(await readHistory(folder))?.stopped ?? null;
}

/** Recent speed in rows a second, from the run's history; null without a history. */
export async function rowsPerSecondNow(folder: string): Promise<number | null> {
  const history = historyIn(await readHistory(folder));
  if (history === undefined) return null;
  let rows = 0;
  let ms = 0;
  for (const snapshot of history.series.intervals.toReversed()) {
    if (ms >= RECENT_MS) break;
    const interval = Interval.from(snapshot);
    rows += interval.rows;
    ms += interval.ms;
  }
  return ms === 0 ? null : (rows / ms) * 1000;
}
