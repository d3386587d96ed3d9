import pLimit, { type LimitFunction } from 'p-limit';

/**
 * The places for calls in the air: `concurrency` of them, kept by p-limit.
 * A row that only waits before its next attempt lends its place to another row, so that a few
 * failing rows never thin out the calls in the air; it goes on without queueing again behind the
 * whole window, and the next place that comes free is not given out until the loan is made good.
 *
 * Rows queue outside of p-limit. Its queue is a linked list that never runs empty here, and through the
 * links its dead nodes, once in the old generation, kept every row alive: half of all memory allocated
 * survived, and collecting it took 14 % of a run. Whoever has a place may run many rows in it, one after another:
 * to give it back and take it again costs six promises.
 */
export class CallSlots {
  readonly #limit: LimitFunction;
  #concurrency: number;
  #lent = 0;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
    this.#limit = pLimit(concurrency);
  }

  get hasFree(): boolean {
    return this.#limit.activeCount < this.#limit.concurrency;
  }

  /**
   * More are taken than there are, since a loan is over or the places became fewer, or somebody waits for one: whoever
   * has one should give it back.
   */
  get isOverdrawn(): boolean {
    return this.#limit.activeCount > this.#limit.concurrency || this.#limit.pendingCount > 0;
  }

  /** Places in all, those lent not counted twice. */
  get concurrency(): number {
    return this.#concurrency;
  }

  /**
   * From now on there are so many places, a whole number from 1. Where they become more, the caller starts
   * the rows that may use them; where they become fewer, nobody is stopped: places that come free are not
   * given out again until few enough are taken.
   */
  resize(concurrency: number): void {
    if (!(Number.isInteger(concurrency) && concurrency >= 1)) {
      throw new RangeError(`wanted whole places from 1, got ${concurrency}`);
    }
    this.#concurrency = concurrency;
    this.#limit.concurrency = concurrency + this.#lent;
  }

  /** Runs `work` in a free place. */
  run<A, T>(work: (argument: A) => Promise<T>, argument: A): Promise<T> {
    return this.#limit(work, argument);
  }

  /** Runs `wait` while this row's place is lent to another row; `lent` hears when there is one more place. */
  async whileWaiting<T>(wait: () => Promise<T>, lent: () => void): Promise<T> {
    this.#limit.concurrency = this.#concurrency + ++this.#lent;
    lent();
    try {
      return await wait();
    } finally {
      this.#limit.concurrency = this.#concurrency + --this.#lent;
    }
  }
}
