import type { StepOutcome, StepStore } from '../../fabric/step-outcome.js';
import { type RunKeys, runKeys } from '../protocol/protocol.js';
import { formatStep, stepField } from '../protocol/step-form.js';
import { NOTE_STEP } from '../redis/batch-scripts.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import type { HeldBatch } from './held-batch.js';
import { held } from './while-held.js';

/**
 * The steps of rows that a worker has in hand. Each outcome lies in Redis before the row goes on: whoever has the row
 * next, should this worker die, goes on from there, and the coordinator puts it into the run's journal.
 */
export class StepsInRedis implements StepStore {
  readonly keepsSteps = true;
  readonly #keys: RunKeys;

  /** @param batchOf the batch in hand that a row belongs to. */
  constructor(
    private readonly connection: QueueConnection,
    runId: string,
    private readonly batchOf: (row: number) => HeldBatch | undefined,
  ) {
    this.#keys = runKeys(connection.prefix, runId);
  }

  /** @throws CallError `aborted` where the row is another worker's by now: its next step is not taken here. */
  stepBefore(row: number, step: string): StepOutcome | undefined {
    return held(this.batchOf(row)).stepBefore(row, step);
  }

  /** @throws CallError `aborted` where the row has been collected. */
  async recordStep(row: number, step: string, outcome: StepOutcome): Promise<void> {
    const batch = this.batchOf(row);
    // Where the batch is another worker's, that one should have it too.
    if (batch === undefined) return void held(batch);
    const keys = [this.#keys.batch(batch.id), this.#keys.steps];
    const args = [batch.id, stepField(row, step), formatStep(outcome)];
    const isNoted = await this.connection.patiently(() => NOTE_STEP.run(this.connection.redis, keys, args));
    if (isNoted !== 0) return;
    batch.isLost = true;
    held(batch);
  }
}
