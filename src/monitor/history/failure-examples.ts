import type { ShownInputs } from './shown-row.js';

const KEPT = 5;

export type FailureExample = { row: number; message: string; inputs: ShownInputs };

export type ExamplesSnapshot = { [kind: string]: FailureExample[] };

/** The first failed rows of each kind of failure. */
export class FailureExamples {
  readonly #examples: Map<string, FailureExample[]>;

  constructor(before: ExamplesSnapshot = {}) {
    this.#examples = new Map(Object.entries(structuredClone(before)));
  }

  wants(kind: string): boolean {
    return (this.#examples.get(kind)?.length ?? 0) < KEPT;
  }

  add(kind: string, example: FailureExample): void {
    this.#examples.set(kind, [...(this.#examples.get(kind) ?? []), example]);
  }

  snapshot(): ExamplesSnapshot {
    return structuredClone(Object.fromEntries(this.#examples));
  }
}
