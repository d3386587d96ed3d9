import type { BatchStore } from './batch-store.js';
import type { Outstanding } from './outstanding.js';

/** Counts the results that workers have written for batches which are not complete, and so not here yet. */
export class ResultsElsewhere {
  /** Rows done, by batch, as of the last look. */
  #done: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly store: Pick<BatchStore, 'countDone'>,
    private readonly outstanding: Pick<Outstanding, 'all' | 'in'>,
  ) {}

  get count(): number {
    let count = 0;
    for (const { id, rows, results } of this.outstanding.all()) {
      const here = results.filter((result) => result !== undefined).length;
      count += Math.max(0, Math.min(rows.length, this.#done.get(id) ?? 0) - here);
    }
    return count;
  }

  async look(): Promise<void> {
    const ids = this.outstanding.in('queued').map(({ id }) => id);
    const counts = ids.length === 0 ? [] : await this.store.countDone(ids);
    this.#done = new Map(ids.map((id, index) => [id, counts[index] ?? 0]));
  }
}
