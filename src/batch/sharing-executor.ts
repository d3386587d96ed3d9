import type { RowResult } from '../fabric/row-result.js';
import type { Batch, Executor } from './batch.js';
import type { SharedQuestions } from './shared-questions.js';

/**
 * Asks each question once: of rows that ask the same, one is run, and the others share what becomes of it, an answer
 * or a failure. They take no place among the calls in the air.
 */
export class SharingExecutor implements Executor {
  constructor(
    /** Has `questions` as its ledger. */
    private readonly next: Executor,
    private readonly questions: SharedQuestions,
  ) {}

  get wantsMore(): boolean {
    return this.next.wantsMore;
  }

  onWant(listener: () => void): void {
    this.next.onWant(listener);
  }

  async run(batch: Batch): Promise<readonly RowResult[]> {
    const shared = batch.rows.map((row) => this.questions.ask(row));
    const own = batch.rows.filter((_, index) => shared[index] === undefined);
    if (own.length === batch.rows.length) return this.#runOwn(batch);
    // At once, so that whichever fails first is heard, and no other fails unheard.
    const [ran, others] = await Promise.all([
      own.length === 0 ? [] : this.#runOwn({ ...batch, rows: own }),
      Promise.all(shared),
    ]);
    const left = ran.values();
    return others.flatMap((result) => result ?? left.next().value ?? []);
  }

  finish(): Promise<void> {
    return this.next.finish();
  }

  close(): Promise<void> {
    return this.next.close();
  }

  async #runOwn(batch: Batch): Promise<readonly RowResult[]> {
    try {
      const ran = await this.next.run(batch);
      for (const { status, row } of ran) if (status === 'abandoned') this.questions.giveBack(row);
      return ran;
    } catch (error) {
      for (const row of batch.rows) this.questions.fail(row, error);
      throw error;
    }
  }
}
