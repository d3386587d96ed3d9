export interface RepeatedWork {
  readonly everyMs: number;
  readonly work: () => Promise<void>;
}

/** Does several things again and again, each with its own pause after it has ended. */
export class Repeating {
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopped = false;

  constructor(
    /** Hears what went wrong; the thing goes on nevertheless. */
    private readonly onError: (error: unknown) => void,
    private readonly works: readonly RepeatedWork[],
  ) {}

  /** Each begins after its first pause. */
  start(): void {
    for (const work of this.works) this.#later(work);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #later(repeated: RepeatedWork): void {
    if (this.#isStopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      repeated
        .work()
        .catch((error) => {
          if (!this.#isStopped) this.onError(error);
        })
        .finally(() => this.#later(repeated));
    }, repeated.everyMs);
    this.#timers.add(timer);
  }
}

/** What `promise` gives, or undefined where that takes longer than so many ms or fails. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
