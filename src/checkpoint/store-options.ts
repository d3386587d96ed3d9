import type { Spending } from '../fabric/fabric.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { StoredOutcome } from '../fabric/stored-result.js';
import type { JsonObject, Row, UnreadableRow } from '../rows/row.js';
import type { Checkpoint } from './checkpoint-file.js';
import type { InputStat } from './input-stat.js';

export interface RunStoreOptions {
  readonly folder: string;
  /** The partial output. */
  readonly outputPath: string;
  readonly compressed: boolean;
  readonly deadLettersPath: string | undefined;
  readonly encoder: ResultEncoder;
  readonly tally: CommittedTally;
  readonly inputStat: InputStat | undefined;
  /**
   * Makes the output appear under its name; it may have happened already, before a crash.
   */
  readonly publish: (written: WrittenRows) => Promise<void>;
  /** What a row asks, in base64url: an answer that was journaled with its question is that of a row which asks the same. */
  readonly questionOf: (row: Row) => string;
  /** Where equal rows share an answer: who remembers the answers of this run. */
  readonly memory?: RunMemory;
  /** Hears of each checkpoint, once it is on disk. */
  readonly saved?: (checkpoint: Checkpoint) => void;
  /** ms, monotonic. */
  readonly now: () => number;
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** Calls `wake` about `ms` from now; gives the function that cancels it. */
  readonly after: (ms: number, wake: () => void) => () => void;
  /** Hears of a flush to disk that failed in the background. */
  readonly onFailure: (error: Error) => void;
}

/** The rows of a run that is at its end. */
export interface WrittenRows {
  /** Of the input, with those that were put aside. */
  readonly rows: number;
  /** In the output, as they were counted when they were written; undefined where an older version began it. */
  readonly outputRows: number | undefined;
}

/** Remembers what became of questions. The journal keeps as much of it for a resumed run. */
export interface RunMemory {
  /** Bytes of questions and answers that it has room for. */
  readonly capacity: number;
  /** Makes as much room as there was before an interruption. */
  makeRoom(bytes: number): void;
  restore(question: string, result: StoredOutcome): void;
  /** The same for an answer that is a text, of which the UTF-8 is at hand. */
  restoreText(question: string, utf8: Buffer, from: number, to: number): void;
}

/** How results become the text of the files. */
export interface ResultEncoder {
  /** What the output starts with. */
  readonly header: string;
  /** The row's place in the output. */
  encode(result: FinishedResult): string;
  /** The row's dead letter; empty where it has none. */
  letter(result: FinishedResult): string;
  unreadableLetter(row: UnreadableRow): string;
}

/** The run's counts, of what is committed; they go into the checkpoint with it. */
export interface CommittedTally {
  add(result: FinishedResult): void;
  addUnreadable(row: UnreadableRow): void;
  /** Calls without a result, and what they took. */
  addCalls(calls: number, spent?: Spending): void;
  snapshot(): JsonObject;
}
