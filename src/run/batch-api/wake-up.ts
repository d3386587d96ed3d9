import type { Clock } from '../../limits/clock.js';

/** Lets several tasks wait for the next change, for a time, or for the run's end, whichever comes first. */
export class WakeUp {
  readonly #waiting = new Set<() => void>();
  #changes = 0;

  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.all(), { once: true });
  }

  get isStopped(): boolean {
    return this.signal.aborted;
  }

  /** Changes so far: who looks before it waits hands it in, so that it misses none. */
  get changes(): number {
    return this.#changes;
  }

  /** Something changed: all that wait look again. */
  all(): void {
    this.#changes++;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the first change after `seen`, or after `ms`. At once where the run is stopped. */
  next(ms?: number, seen = this.#changes): Promise<void> {
    if (this.signal.aborted || seen !== this.#changes) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        cancel?.();
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = ms === undefined ? undefined : this.clock.after(ms, wake);
      this.#waiting.add(wake);
    });
  }

  /** Resolves after `ms`, whatever changes, or when the run is stopped. */
  async pause(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    for (let left = ms; left > 0 && !this.signal.aborted; left = end - this.clock.now())
      await this.next(left);
  }
}
