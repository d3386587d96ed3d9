import { readHistory, writeHistory } from '../../checkpoint/history-file.js';
import type { Clock } from '../../limits/clock.js';
import { type HistorySnapshot, RunHistory } from '../../monitor/run-history.js';
import type { RunWatch } from '../../monitor/run-watch.js';
import type { JsonObject, Row } from '../../rows/row.js';

const SAMPLE_EVERY_MS = 250;
const SAVE_EVERY_MS = 5_000;

export interface HistoryParts {
  /** The checkpoint's. */
  readonly folder: string;
  /** Goes on with what is there. */
  readonly isResumed: boolean;
  readonly inputsOf: (row: Row) => JsonObject;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Gathers a run's history, and keeps it in the checkpoint's folder. */
export interface HistoryKeeper {
  readonly watch: Required<Pick<RunWatch, 'started' | 'rowFinished' | 'rowUnreadable'>>;
  /** Saves it a last time, with why the run stopped, if it did. A history that cannot be saved is no reason for a run to fail. */
  close(stopped?: string): Promise<void>;
}

export async function keepHistory(parts: HistoryParts): Promise<HistoryKeeper> {
  const { folder, isResumed, inputsOf, clock, random } = parts;
  const before = isResumed ? await historyBefore(folder) : undefined;
  const history = new RunHistory({ nowMs: clock.now(), random, inputsOf }, before);
  let inFlight = () => 0;
  let cancel = () => {};
  let savedAt = clock.now();
  let saving: Promise<void> = Promise.resolve();
  const save = (stopped?: string) => {
    savedAt = clock.now();
    history.sample(savedAt, inFlight());
    saving = saving.then(() => writeHistory(folder, history.snapshot(savedAt, stopped))).catch(() => {});
  };
  const look = () => {
    if (clock.now() - savedAt >= SAVE_EVERY_MS) save();
    else history.sample(clock.now(), inFlight());
    cancel = clock.after(SAMPLE_EVERY_MS, look);
  };
  return {
    watch: {
      started: (_facts, counts) => {
        inFlight = counts.inFlight;
        look();
      },
      rowFinished: (result) => history.add(result),
      rowUnreadable: (row) => history.addUnreadable(row),
    },
    async close(stopped) {
      cancel();
      save(stopped);
      await saving;
    },
  };
}

async function historyBefore(folder: string): Promise<HistorySnapshot | undefined> {
  // A run that begins has none, and does not wait for the schemas to load.
  const { historyIn } = await import('../../monitor/history/history-form.js');
  return historyIn(await readHistory(folder));
}
