import { CallError } from '../../fabric/call-error.js';
import type { Clock } from '../clock.js';

/** The waits of rows between two attempts. A stop of the run ends them all, through one listener. */
export class BackoffWaits {
  readonly #waiting = new Set<() => void>();

  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Waits `ms` ms.
   *
   * @throws CallError `aborted`, at once or as soon as the run stops.
   */
  async waitFor(ms: number): Promise<void> {
    this.throwIfStopped();
    if (this.#waiting.size === 0) this.signal?.addEventListener('abort', this.#endAll);
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        this.#waiting.delete(end);
        resolve();
      };
      const cancel = this.clock.after(ms, end);
      this.#waiting.add(end);
    });
    if (this.#waiting.size === 0) this.signal?.removeEventListener('abort', this.#endAll);
    this.throwIfStopped();
  }

  /** @throws CallError `aborted` */
  throwIfStopped(): void {
    if (this.signal?.aborted) throw new CallError('aborted', 'the run stopped');
  }

  readonly #endAll = (): void => {
    for (const end of this.#waiting) end();
  };
}
