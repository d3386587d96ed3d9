import pLimit, { type LimitFunction } from 'p-limit';

/**
 * The places for calls in the air: `concurrency` of them, given out by p-limit in row order.
 * A row that only waits before its next attempt lends its place to another row, so that a few
 * failing rows never thin out the calls in the air; it goes on without queueing again behind the
 * whole window, and the next place that comes free is not given out until the loan is made good.
 */
export class CallSlots {
  readonly #limit: LimitFunction;
  readonly #concurrency: number;
  #lent = 0;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
    this.#limit = pLimit(concurrency);
  }

  run<A, T>(work: (argument: A) => Promise<T>, argument: A): Promise<T> {
    return this.#limit(work, argument);
  }

  /** Runs `wait` while this row's place is lent to another row. */
  async whileWaiting<T>(wait: () => Promise<T>): Promise<T> {
    this.#limit.concurrency = this.#concurrency + ++this.#lent;
    try {
      return await wait();
    } finally {
      this.#limit.concurrency = this.#concurrency + --this.#lent;
    }
  }
}
