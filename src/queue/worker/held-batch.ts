import type { Batch } from '../../batch/batch.js';
import type { AnsweredSteps, Inputs } from '../../fabric/fabric.js';
import type { Failure, FinishedResult } from '../../fabric/row-result.js';
import type { StepOutcome } from '../../fabric/step-outcome.js';
import type { ObjectRow } from '../../rows/row.js';
import type { BatchFields } from '../coordinator/batch-store.js';
import { type JobData, readResult, unpackRows } from '../protocol/batch-content.js';
import { answeredField, readAnswered, readStep, stepField } from '../protocol/step-form.js';

/** A row that was started by so many workers that were lost with it is not started again. */
const MOST_DEATHS = 3;
/** From so many on it is started alone, so that nobody else is suspected with it. */
const ALONE_FROM_DEATHS = 2;

/** A batch in a worker's hands. */
export class HeldBatch {
  readonly id: string;
  /** From 1: how many workers have had it, this one included. */
  readonly taking: number;
  /** Another worker has it, or it has been collected: no row of it is started any more. */
  isLost = false;
  readonly #rows: readonly ObjectRow[];
  /** Numbers of rows that have a result. */
  readonly #finished = new Set<number>();
  /** What was found in the place of results and is none: row number and text in turn. */
  readonly wrong: readonly (number | string)[];
  readonly #deaths: ReadonlyMap<number, number>;

  constructor(
    job: JobData,
    private readonly fields: BatchFields,
  ) {
    this.id = job.batchId;
    this.taking = Number(fields.t);
    this.#rows = unpackRows(job).map(({ number, inputs, attached }) => ({
      kind: 'object',
      number,
      object: inputs,
      text: '',
      ...(attached && { attached }),
    }));
    const wrong: (number | string)[] = [];
    for (const row of this.#rows) {
      const stored = fields[row.number];
      if (stored === undefined) continue;
      const read = readResult(stored, row);
      if (read === undefined) wrong.push(row.number, stored);
      else this.#finished.add(row.number);
    }
    this.wrong = wrong;
    this.#deaths = deathsIn(fields, this.taking);
  }

  get rows(): readonly ObjectRow[] {
    return this.#rows;
  }

  /**
   * Its rows without a result, their objects their inputs, those last that were in the air when a worker was lost. A
   * worker knows no file, so the batch's place in it says nothing.
   */
  get toRun(): Batch {
    const rows = this.#rows.filter(({ number }) => !this.#finished.has(number));
    rows.sort((a, b) => this.#deathsOf(a) - this.#deathsOf(b));
    return { rows, unreadable: [], end: { offset: 0, row: 0, line: 1, crc: 0 }, bytes: 0 };
  }

  /** Rows that are not to be started again: three workers were lost with each of them in the air. */
  get deadly(): ObjectRow[] {
    return this.#rows.filter((row) => this.#deathsOf(row) >= MOST_DEATHS && !this.#finished.has(row.number));
  }

  /** Fails a row of `deadly`. */
  giveUp(row: ObjectRow, failedAt: string): FinishedResult {
    const failure: Failure = {
      kind: 'server',
      message: 'the worker died on this row three times',
      attempts: MOST_DEATHS,
      failedAt,
    };
    this.#finished.add(row.number);
    return { status: 'failed', row, failure, calls: MOST_DEATHS };
  }

  /** What became of a step of one of its rows when another worker had it. */
  stepBefore(row: number, step: string): StepOutcome | undefined {
    const text = this.fields[stepField(row, step)];
    return text === undefined ? undefined : readStep(text);
  }

  inputsOf(row: number): Inputs {
    return this.#rows.find(({ number }) => number === row)?.object ?? {};
  }

  /** The answers that a row's steps have from an earlier run. */
  answeredOf(row: number): AnsweredSteps | undefined {
    const text = this.fields[answeredField(row)];
    return text === undefined ? undefined : readAnswered(text);
  }

  /** Workers were lost before while they had it: whoever starts a row of it says so first. */
  get isSuspect(): boolean {
    return this.taking > 1;
  }

  runsAlone(row: number): boolean {
    return (this.#deaths.get(row) ?? 0) >= ALONE_FROM_DEATHS;
  }

  #deathsOf({ number }: ObjectRow): number {
    return this.#deaths.get(number) ?? 0;
  }
}

/** In how many takings each row was started that has no result; a taking that was ended in order left no trace. */
function deathsIn(fields: BatchFields, ownTaking: number): ReadonlyMap<number, number> {
  const deaths = new Map<number, number>();
  for (const [name, started] of Object.entries(fields)) {
    if (!/^s\d+$/.test(name) || name === `s${ownTaking}`) continue;
    for (const row of new Set(started.split(','))) {
      if (fields[row] === undefined) deaths.set(Number(row), (deaths.get(Number(row)) ?? 0) + 1);
    }
  }
  return deaths;
}
