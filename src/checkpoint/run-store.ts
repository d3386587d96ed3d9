import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CompletedBatch } from '../batch/batch.js';
import type { Spending } from '../fabric/fabric.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { StepOutcome } from '../fabric/step-outcome.js';
import type { Position, Row } from '../rows/row.js';
import { openAppendFile, openLazyFile, type RowSink } from './append-file.js';
import {
  asFarAsItIs,
  type Checkpoint,
  positionOf,
  vouchedFiles,
  writeCheckpoint,
} from './checkpoint-file.js';
import { type Closable, closeAll } from './close-all.js';
import { DeferredSave } from './deferred-save.js';
import { NOTHING_VOUCHED } from './file-sum.js';
import type { StepEntry } from './journal/journal-entry.js';
import { RowJournal } from './journal/row-journal.js';
import { lettersInOrder } from './letters-in-order.js';
import { checkOutput } from './output-damaged.js';
import { syncFolder } from './replace-file.js';
import type { RunStore } from './store.js';
import type { RunStoreOptions } from './store-options.js';

/** A later crash repeats at most this much writing; the calls are in the journal. */
const SAVE_EVERY_MS = 1_000;

/**
 * Opens what a checkpoint describes: cuts the files back to what it vouches for and loads the journal.
 *
 * The order of writing is what makes it safe against a power failure: journal, output and dead letters
 * are flushed first, then `checkpoint.json`, which vouches for them, is replaced, then what it made
 * superfluous in the journal is dropped.
 */
export async function openRunStore(checkpoint: Checkpoint, options: RunStoreOptions): Promise<RunStore> {
  const { folder, outputPath, compressed, deadLettersPath } = options;
  await mkdir(folder, { recursive: true });
  await syncFolder(dirname(folder));
  const { outputOffset, outputSum, deadLettersOffset, deadLettersSum } = checkpoint;
  const open: Closable[] = [];
  const opened = <T extends Closable>(file: T): T => {
    open.push(file);
    return file;
  };
  try {
    const output = opened(await openAppendFile(outputPath, outputOffset, compressed, outputSum));
    const deadLetters =
      deadLettersPath === undefined
        ? undefined
        : opened(await openLazyFile(deadLettersPath, deadLettersOffset, deadLettersSum));
    if (checkpoint.memoryBytes !== undefined) options.memory?.makeRoom(checkpoint.memoryBytes);
    const journal = opened(await RowJournal.open(folder, checkpoint.rowsCommitted, options));
    const store = new FileRunStore(checkpoint, options, { output, deadLetters, journal });
    if (checkpoint.outputOffset === 0 && !compressed) await output.append(options.encoder.header);
    await store.save();
    return store;
  } catch (error) {
    // What went wrong first is what a person has to read, not that closing fails too.
    await closeAll(open).catch(() => {});
    throw error;
  }
}

interface StoreFiles {
  readonly output: RowSink;
  readonly deadLetters: RowSink | undefined;
  readonly journal: RowJournal;
}

class FileRunStore implements RunStore {
  readonly keepsSteps = true;
  #checkpoint: Checkpoint;
  position: Position;
  #savedAt: number;
  /** Rows in the output; undefined where an older version began it, which did not count them. */
  #outputRows: number | undefined;
  #saving: Promise<void> | undefined;
  /** When a checkpoint vouched for all that was committed. */
  #vouchedAt: number;
  /** The header of a compressed output, which stands in one member with its first rows: some readers look at one only. */
  #heading: string;
  #rowsVouched: number;
  /** The last row that a checkpoint on disk, or on its way there, tells of. */
  #rowTold: number;
  readonly #later: DeferredSave;

  constructor(
    checkpoint: Checkpoint,
    private readonly options: RunStoreOptions,
    private readonly files: StoreFiles,
  ) {
    this.#checkpoint = checkpoint;
    this.#rowsVouched = checkpoint.rowsCommitted;
    this.#rowTold = checkpoint.rowsCommitted;
    this.position = positionOf(checkpoint);
    this.#savedAt = options.now();
    this.#vouchedAt = this.#savedAt;
    this.#later = new DeferredSave(options.after, () =>
      this.#saveWhereDue().catch((error) => options.onFailure(error)),
    );
    this.#heading = options.compressed && checkpoint.outputOffset === 0 ? options.encoder.header : '';
    this.#outputRows = checkpoint.outputRows;
  }

  get rowsVouched(): number {
    return this.#rowsVouched;
  }

  finishedBefore(row: Row): FinishedResult | undefined {
    return this.files.journal.find(row);
  }

  earlierResults(): Iterable<FinishedResult> {
    return this.files.journal.earlier();
  }

  earlierSteps(): Iterable<StepEntry> {
    return this.files.journal.earlierSteps();
  }

  stepBefore(row: number, step: string): StepOutcome | undefined {
    return this.files.journal.findStep(row, step);
  }

  stepsOf(row: number): ReadonlyMap<string, StepOutcome> {
    return this.files.journal.stepsOf(row);
  }

  recordStep(row: number, step: string, outcome: StepOutcome): Promise<void> {
    return this.files.journal.recordStep(row, step, outcome);
  }

  record(result: FinishedResult, question?: string): Promise<void> {
    return this.files.journal.record(result, question);
  }

  async commit(completed: CompletedBatch): Promise<void> {
    await this.#later.heldOff(async () => {
      await this.#write(completed);
      await this.#saveWhereDue();
    });
  }

  async #write({ batch, results }: CompletedBatch): Promise<void> {
    let text = '';
    let letters = '';
    const { encoder, tally } = this.options;
    for (const row of batch.unreadable) tally.addUnreadable(row);
    for (const result of results) {
      tally.add(result);
      text += encoder.encode(result);
      if (result.status === 'failed') letters += encoder.letter(result);
      this.files.journal.committed(result.row.number);
    }
    if (batch.unreadable.length > 0) letters = lettersInOrder(batch.unreadable, results, encoder);
    this.position = batch.end;
    if (this.#outputRows !== undefined) this.#outputRows += results.length;
    if (results.length > 0) await this.#append(text);
    if (letters !== '') await this.files.deadLetters?.append(letters);
  }

  noteAbandoned(calls: number, spent?: Spending): void {
    this.options.tally.addCalls(calls, spent);
  }

  save(): Promise<void> {
    return this.#saveNow('running');
  }

  async finish(): Promise<void> {
    if (this.#heading !== '') await this.#append('');
    await this.#saveNow('finishing');
    const { outputPath, folder } = this.options;
    await checkOutput(outputPath, folder, this.#checkpoint);
    await this.options.publish({ rows: this.position.row, outputRows: this.#outputRows });
    await this.#saveNow('finished');
    await this.files.journal.remove();
  }

  async close(): Promise<void> {
    await this.#endSaving();
    await closeAll([this.files.journal, this.files.output, this.files.deadLetters]);
  }

  async #append(text: string): Promise<void> {
    const heading = this.#heading;
    this.#heading = '';
    await this.files.output.append(heading + text);
  }

  /**
   * Once a second. What a compressed output gathers for its next member stays in the journal meanwhile, and a crash
   * has it written again; the checkpoint then only tells how far the run is.
   */
  async #saveWhereDue(): Promise<void> {
    if (this.#saving !== undefined) return;
    const { isGathering } = this.files.output;
    const dueInMs = (isGathering ? this.#savedAt : this.#vouchedAt) + SAVE_EVERY_MS - this.options.now();
    if (dueInMs > 0) this.#later.in(dueInMs);
    else if (isGathering) await this.#tellInBackground();
    else await this.#saveInBackground();
  }

  async #endSaving(): Promise<void> {
    await this.#later.settled();
    await this.#saving;
    this.#later.cancel();
  }

  async #saveNow(state: Checkpoint['state']): Promise<void> {
    await this.#endSaving();
    await this.#vouchFor(await this.#next(state));
  }

  /** Committing goes on while the disk is at it: what is written meanwhile, this checkpoint does not vouch for. */
  async #saveInBackground(): Promise<void> {
    const next = await this.#next('running');
    this.#inBackground(this.#vouchFor(next));
  }

  /** Vouches for nothing new. The letters are there for whoever looks. */
  async #tellInBackground(): Promise<void> {
    await this.files.deadLetters?.write();
    this.#checkpoint = { ...this.#checkpoint, ...this.#timeNow() };
    this.#rowTold = this.position.row;
    const ahead = {
      rowsCommitted: this.position.row,
      inputOffset: this.position.offset,
      counts: this.options.tally.snapshot(),
    };
    const told = { ...this.#checkpoint, ahead };
    this.#inBackground(
      writeCheckpoint(this.options.folder, told).then(() => this.options.saved?.(asFarAsItIs(told))),
    );
  }

  #inBackground(work: Promise<void>): void {
    this.#saving = work
      .catch((error) => this.options.onFailure(error))
      .finally(() => {
        this.#saving = undefined;
        if (this.position.row > this.#rowTold) this.#later.in(SAVE_EVERY_MS);
      });
  }

  /** Writes out what is committed, and describes it. */
  async #next(state: Checkpoint['state']): Promise<Checkpoint> {
    const output = await this.files.output.write();
    const letters = (await this.files.deadLetters?.write()) ?? NOTHING_VOUCHED;
    const { ahead: _, ...before } = this.#checkpoint;
    this.#rowTold = this.position.row;
    this.#checkpoint = {
      ...before,
      ...this.#timeNow(),
      state,
      rowsCommitted: this.position.row,
      inputOffset: this.position.offset,
      inputLine: this.position.line,
      inputCrc: this.position.crc,
      ...(this.options.inputStat === undefined ? {} : { inputStat: this.options.inputStat }),
      ...vouchedFiles(output, letters),
      ...(this.#outputRows === undefined ? {} : { outputRows: this.#outputRows }),
      ...(this.options.memory === undefined ? {} : { memoryBytes: this.options.memory.capacity }),
      counts: this.options.tally.snapshot(),
    };
    this.#vouchedAt = this.#savedAt;
    return this.#checkpoint;
  }

  #timeNow(): Pick<Checkpoint, 'elapsedMs' | 'savedAt'> {
    const now = this.options.now();
    const elapsedMs = this.#checkpoint.elapsedMs + Math.round(now - this.#savedAt);
    this.#savedAt = now;
    return { elapsedMs, savedAt: new Date(this.options.wallNow()).toISOString() };
  }

  /** The order matters: flushed first, then vouched for, then what is superfluous dropped. */
  async #vouchFor(checkpoint: Checkpoint): Promise<void> {
    await this.files.output.sync();
    await this.files.deadLetters?.sync();
    await writeCheckpoint(this.options.folder, checkpoint);
    this.#rowsVouched = checkpoint.rowsCommitted;
    this.options.saved?.(checkpoint);
    await this.files.journal.dropUpTo(checkpoint.rowsCommitted);
  }
}
