import type { CallError } from '../../fabric/call-error.js';

/** Rows refused alike, with none answered, that put the fault outside the rows. */
export const ALIKE = 20;

/** Whose fault a refusal is: the row's, the run's, or unknown where no other row is left to compare. */
export type Verdict = 'row' | 'run' | 'unknown';

/**
 * The refusals of a run in which no call was answered so far. They wait for a verdict: the first answer puts the fault
 * in their rows, the twentieth refusal alike puts it in the run.
 */
export class FirstRefusals {
  readonly #counts = new Map<string, number>();
  readonly #held = new Set<(verdict: Verdict) => void>();

  /** Rows whose refusal waits for a verdict. */
  get held(): number {
    return this.#held.size;
  }

  /** Holds a refusal until there is a verdict; the twentieth alike is `run` at once. */
  judge(error: CallError): 'run' | Promise<Verdict> {
    const key = likeness(error);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count >= ALIKE) {
      this.release('run');
      return 'run';
    }
    return new Promise((resolve) => this.#held.add(resolve));
  }

  /** Gives all held refusals this verdict. */
  release(verdict: Verdict): void {
    for (const resolve of this.#held) resolve(verdict);
    this.#held.clear();
  }
}

/** A key equal for refusals that differ only in quoted text and numbers. */
function likeness({ kind, message, details }: CallError): string {
  const words = message.replace(/(["'`]).*?\1/g, '""').replace(/\d+/g, '0');
  return `${details.status} ${kind} ${words}`;
}
