import type { AnswerMemory } from '../../batch/answer-memory.js';
import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import type { RunStore } from '../../checkpoint/store.js';
import type { RunTally } from '../../monitor/run-tally.js';

/** A run whose lock is taken and whose files are open. */
export interface OpenedRun {
  readonly store: RunStore;
  /** Where its journal is; undefined where nothing is kept from which it could go on. */
  readonly folder: string | undefined;
  /** The answers so far; undefined where rows share none. */
  readonly memory: AnswerMemory | undefined;
  /** Of what is committed. */
  readonly tally: RunTally;
  /** As it was when the run was opened. */
  readonly checkpoint: Checkpoint;
  close(): Promise<void>;
}
