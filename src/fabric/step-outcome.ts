import type { CallErrorKind } from './call-error.js';
import type { Reply, Spending } from './fabric.js';

/** The result of one step of a row: of the calls to one tier, or to the judge of its answer. */
export type StepOutcome = (StepAnswer | StepFailure) & {
  readonly calls: number;
  readonly attempts: number;
  readonly spent?: Spending;
};

type StepAnswer = Pick<Reply, 'answer' | 'latencyMs' | 'model'>;

interface StepFailure {
  readonly failure: { readonly kind: CallErrorKind; readonly message: string; readonly status?: number };
}

/** Keeps the outcomes of steps, so that a resumed run does not pay for them again. Rows are known by number. */
export interface StepStore {
  /** The outcome of a step from before an interruption. */
  stepBefore(row: number, step: string): StepOutcome | undefined;
  /** Keeps an outcome; resolves when no crash can lose it. */
  recordStep(row: number, step: string, outcome: StepOutcome): Promise<void>;
}
