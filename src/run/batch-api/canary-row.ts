import type { Executor } from '../../batch/batch.js';
import type { Canary } from './batch-api-executor.js';
import type { WakeUp } from './wake-up.js';

/**
 * The first row of a run, which is called live before any other is sent: where a service looks at requests only while
 * a batch runs, a mistake in the fabric would show after hours, in every row.
 */
export class CanaryRow implements Canary {
  #row: number | undefined;
  #isFinished = false;

  constructor(
    readonly open: () => Promise<Executor>,
    private readonly wakeUp: WakeUp,
  ) {}

  started(row: number): void {
    this.#row = row;
  }

  finished(): void {
    this.#isFinished = true;
    this.wakeUp.all();
  }

  is(row: number): boolean {
    return this.#row === row;
  }

  /** Resolves when the row has a result, or when the run is stopped. */
  async done(): Promise<void> {
    while (!this.#isFinished && !this.wakeUp.isStopped) await this.wakeUp.next();
  }
}
