import type { CallError } from '../../fabric/call-error.js';

/** So many rows refused alike, and none answered: the fault is not in the rows. */
export const ALIKE = 20;

/**
 * What becomes of a refusal: it is the row's own, or the run's; or nobody can say, since there is no other row.
 */
export type Verdict = 'row' | 'run' | 'unknown';

/**
 * The refusals of a run of which nothing was answered so far. They are kept back until it is known whether their
 * rows are at fault: the first answer says so, and the twentieth refusal that is like the others says the opposite.
 */
export class FirstRefusals {
  readonly #counts = new Map<string, number>();
  readonly #held = new Set<(verdict: Verdict) => void>();

  /** Rows whose refusal is kept back. */
  get held(): number {
    return this.#held.size;
  }

  /** Keeps a refusal back until there is a verdict; with the twentieth of its kind there is one. */
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

  /** Ends all that is kept back. */
  release(verdict: Verdict): void {
    for (const resolve of this.#held) resolve(verdict);
    this.#held.clear();
  }
}

/** Refusals are alike but for what they quote, and for numbers. */
function likeness({ kind, message, details }: CallError): string {
  const words = message.replace(/(["'`]).*?\1/g, '""').replace(/\d+/g, '0');
  return `${details.status} ${kind} ${words}`;
}
