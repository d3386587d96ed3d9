import { CallError } from '../fabric/call-error.js';
import type { Clock } from './clock.js';

/** Waits that all end when the run stops; one listener serves them all. */
export class Waits {
  readonly #waiting = new Set<(error: CallError) => void>();

  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => {
      for (const end of this.#waiting) end(stopped());
    });
  }

  /** Resolves after `ms`; rejects with a CallError `aborted` when the run stops. */
  sleep(ms: number): Promise<void> {
    if (this.signal.aborted) return Promise.reject(stopped());
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(ms, () => {
        this.#waiting.delete(end);
        resolve();
      });
      const end = (error: CallError) => {
        cancel();
        this.#waiting.delete(end);
        reject(error);
      };
      this.#waiting.add(end);
    });
  }
}

function stopped(): CallError {
  return new CallError('aborted', 'the run stopped');
}
