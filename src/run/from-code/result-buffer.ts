/**
 * Results that wait for whoever iterates over them. When so many wait as it has room for, whoever gives more has to
 * wait too: a slow consumer holds the whole run back.
 */
export class ResultBuffer<T> {
  readonly #waiting: T[] = [];
  /** True if no result will come, or if none will be taken. */
  #isOver = false;
  #wakeTaker = () => {};
  #wakeGivers: (() => void)[] = [];

  constructor(private readonly capacity: number) {}

  get isFull(): boolean {
    return !this.#isOver && this.#waiting.length >= this.capacity;
  }

  /** Resolves when there is room for more, or when no more results will be taken. */
  async give(items: readonly T[]): Promise<void> {
    if (this.#isOver) return;
    for (const item of items) this.#waiting.push(item);
    this.#wakeTaker();
    await this.room();
  }

  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#wakeGivers.push(resolve));
  }

  /** The next one, once it is there; undefined where nothing more will come. */
  async take(): Promise<T | undefined> {
    while (this.#waiting.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wakeTaker = resolve;
      });
    }
    const item = this.#waiting.shift();
    if (!this.isFull) this.#wakeAllGivers();
    return item;
  }

  /** Nothing more will come; what waits can still be taken. */
  end(): void {
    this.#isOver = true;
    this.#wakeTaker();
    this.#wakeAllGivers();
  }

  #wakeAllGivers(): void {
    const givers = this.#wakeGivers;
    this.#wakeGivers = [];
    for (const wake of givers) wake();
  }
}
