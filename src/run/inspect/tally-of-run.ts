import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import { RunTally } from '../../monitor/run-tally.js';
import { readJournaled } from '../saved/journaled.js';
import type { RunPart } from '../saved/run-parts.js';
import { addSteps } from '../saved/unfinished-steps.js';

/** What a run has done so far. */
export interface DoneSoFar {
  /** Of all rows with a result, and of the steps of others. */
  readonly tally: RunTally;
  /** Rows that have a result and are not committed. */
  readonly journaled: number;
}

/** Counts what a checkpoint and the journal beside it hold. */
export async function tallyOfRun(
  folder: string,
  checkpoint: Checkpoint,
  parts: readonly RunPart[],
): Promise<DoneSoFar> {
  const tally = new RunTally(checkpoint.counts);
  if (checkpoint.state === 'finished') return { tally, journaled: 0 };
  const { results, steps } = await readJournaled(folder, checkpoint);
  for (const result of results) tally.add(result);
  addSteps(tally, steps, parts);
  return { tally, journaled: results.length };
}
