import type { ResultLedger } from '../../batch/result-ledger.js';
import type { FinishedResult, RowResult } from '../../fabric/row-result.js';
import type { ServiceNotice } from '../../fabric/service-notice.js';
import type { StepStore } from '../../fabric/step-outcome.js';
import { sumOfSpendings } from '../../fabric/stored-result.js';
import type { Row } from '../../rows/row.js';
import { counted } from '../../wording/wording.js';
import { readResult } from '../protocol/batch-content.js';
import { CALL_WAITS, type CallNotes } from '../protocol/call-notes.js';
import { isServiceNotice, subjectOf } from '../protocol/notice-form.js';
import { type QueuedStep, readStepField, readToldStep, stepField } from '../protocol/step-form.js';
import type { BatchFields, BatchStore } from './batch-store.js';
import type { Outstanding, OutstandingBatch } from './outstanding.js';
import type { QueuedRunWatch } from './queue-executor-options.js';

export interface CollectorOptions {
  readonly store: Pick<BatchStore, 'read' | 'drop' | 'forgetGivenUp' | 'forgetWrong'>;
  readonly outstanding: Outstanding;
  readonly ledger: ResultLedger;
  readonly steps: Pick<StepStore, 'recordStep'>;
  readonly started?: (row: Row) => void;
  readonly watch?: Pick<QueuedRunWatch, 'callRetried' | 'waiting' | 'notice'>;
  /** Hears when batches have come back. */
  readonly cameBack: () => void;
  /** Gets a batch that is not as it was queued: it has to be queued anew. */
  readonly anew: (batch: OutstandingBatch) => void;
  readonly failed: (error: unknown) => void;
}

/** Workers that write what is no result again and again would have each row of it paid for again and again. */
const MOST_WRONG_TIMES = 3;

/** Takes the results of batches out of Redis, and forgets the batches there once their results are safe here. */
export class Collector {
  #toDrop: string[] = [];
  #dropping: Promise<void> | undefined;
  /** What notices were about: several workers meet the same. */
  readonly #noticed = new Set<string>();

  constructor(private readonly options: CollectorOptions) {}

  /** Takes batches that are complete; those that are taken already are left out. */
  async collect(batches: readonly (OutstandingBatch | undefined)[]): Promise<void> {
    const complete = this.#claim(batches);
    if (complete.length === 0) return;
    const fields = await this.options.store.read(complete.map(({ id }) => id));
    await Promise.all(complete.map((batch, index) => this.#take(batch, fields[index] ?? {})));
    this.options.cameBack();
  }

  /** Puts what became of steps where no crash loses it, not even Redis's. */
  async takeSteps(entries: readonly string[]): Promise<void> {
    await Promise.all(
      entries.map((entry) => {
        const told = readToldStep(entry);
        // Of a batch that was collected, the results have all that is needed.
        const batch = told && this.options.outstanding.get(told.batchId);
        return told && batch && this.#recordStep(batch, told);
      }),
    );
  }

  /** The same for all steps that lie in the hash of a batch. */
  async takeStepsIn(batch: OutstandingBatch, fields: BatchFields): Promise<void> {
    await Promise.all(
      Object.entries(fields).map(([field, text]) => {
        const found = readStepField(field, text);
        return found && this.#recordStep(batch, found);
      }),
    );
  }

  /** Takes what there is of batches whose run was stopped; the rest of their rows are given back abandoned. */
  async collectPart(batches: readonly OutstandingBatch[]): Promise<void> {
    const left = this.#claim(batches);
    if (left.length === 0) return;
    const fields = await this.options.store.read(left.map(({ id }) => id));
    await Promise.all(
      left.map(async (batch, index) => {
        const found = fields[index] ?? {};
        await this.takeStepsIn(batch, found);
        await this.#record(batch, found);
        this.#tellAbandoned(found);
        this.giveBack(batch);
      }),
    );
    // The batches stay for whoever resumes the run, who would count these calls once more.
    await this.options.store.forgetGivenUp(left.map(({ id }) => id));
  }

  /** Gives a batch back with the results that are here, and all else abandoned. */
  giveBack(batch: OutstandingBatch): void {
    this.options.outstanding.remove(batch);
    batch.resolve(batch.rows.map((row, index) => batch.results[index] ?? givenUp(row)));
  }

  /** All that is to be forgotten has been. */
  async close(): Promise<void> {
    await this.#dropping;
  }

  #claim(batches: readonly (OutstandingBatch | undefined)[]): OutstandingBatch[] {
    const mine: OutstandingBatch[] = [];
    for (const batch of batches) {
      if (batch?.state !== 'queued') continue;
      batch.state = 'collecting';
      mine.push(batch);
    }
    return mine;
  }

  async #take(batch: OutstandingBatch, fields: BatchFields): Promise<void> {
    await this.#record(batch, fields);
    if (batch.rows.some((_, index) => batch.results[index] === undefined)) return this.options.anew(batch);
    this.#tellAbandoned(fields);
    this.#drop(batch.id);
    this.giveBack(batch);
  }

  async #recordStep(batch: OutstandingBatch, { row, step, text, outcome }: QueuedStep): Promise<void> {
    const field = stepField(row, step);
    if (batch.steps.has(field)) return;
    batch.steps.set(field, text);
    await this.options.steps.recordStep(row, step, outcome);
  }

  /** Puts the results that are new here where no crash loses them. */
  async #record(batch: OutstandingBatch, fields: BatchFields): Promise<void> {
    const records: Promise<void>[] = [];
    const fresh: FinishedResult[] = [];
    const wrong: (number | string)[] = [];
    for (const [index, row] of batch.rows.entries()) {
      const stored = fields[row.number];
      if (batch.results[index] !== undefined || stored === undefined) continue;
      const read = readResult(stored, row);
      if (read === undefined) {
        wrong.push(row.number, stored);
        continue;
      }
      const { result, notes } = read;
      batch.results[index] = result;
      this.options.started?.(row);
      if (notes !== undefined) this.#tell(notes);
      fresh.push(result);
      records.push(this.options.ledger.record(result));
    }
    await Promise.all(records);
    for (const result of fresh) this.options.ledger.finished(result);
    if (wrong.length > 0) await this.#forgetWrong(batch, wrong);
  }

  async #forgetWrong(batch: OutstandingBatch, found: readonly (number | string)[]): Promise<void> {
    batch.wrongTimes++;
    if (batch.wrongTimes >= MOST_WRONG_TIMES) {
      throw new Error(
        `the queue has held what is no result of row ${found[0]} ${counted(batch.wrongTimes, 'time')}: does another program write there?`,
      );
    }
    await this.options.store.forgetWrong(batch.id, found);
  }

  /** Of rows that workers gave up. */
  #tellAbandoned({ c: calls = '0', p: spent }: BatchFields): void {
    if (calls !== '0')
      this.options.ledger.abandoned(Number(calls), spent === undefined ? undefined : sumOfSpendings(spent));
  }

  #tell({ retried = [], waited = {}, notices = [] }: CallNotes): void {
    for (const [kind, row] of retried) this.options.watch?.callRetried?.(kind, row);
    for (const reason of CALL_WAITS) {
      const ms = waited[reason];
      if (ms !== undefined) this.options.watch?.waiting?.(reason, ms);
    }
    // One that is not known here is no reason to run a row again that has been paid for.
    for (const notice of notices) if (isServiceNotice(notice)) this.#tellOnce(notice);
  }

  #tellOnce(notice: ServiceNotice): void {
    const subject = subjectOf(notice);
    if (this.#noticed.has(subject)) return;
    this.#noticed.add(subject);
    this.options.watch?.notice?.(notice);
  }

  #drop(batchId: string): void {
    this.#toDrop.push(batchId);
    this.#dropping ??= this.#dropAll().catch(this.options.failed);
  }

  async #dropAll(): Promise<void> {
    while (this.#toDrop.length > 0) {
      await new Promise(setImmediate);
      const batchIds = this.#toDrop;
      this.#toDrop = [];
      await this.options.store.drop(batchIds);
    }
    this.#dropping = undefined;
  }
}

export function givenUp(row: Row): RowResult {
  return { status: 'abandoned', row, calls: 0 };
}
