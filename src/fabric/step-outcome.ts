import type { CallErrorKind } from './call-error.js';
import type { Reply, Spending } from './fabric.js';

/** What became of one step on a row's way up the tiers: of the calls to one tier, or to the judge of its answer. */
export type StepOutcome = (StepAnswer | StepFailure) & {
  readonly calls: number;
  readonly attempts: number;
  readonly spent?: Spending;
};

type StepAnswer = Pick<Reply, 'answer' | 'latencyMs' | 'model'>;

interface StepFailure {
  readonly failure: { readonly kind: CallErrorKind; readonly message: string; readonly status?: number };
}

/** Where steps are kept that a resumed run must not pay for again. Rows are known by their numbers. */
export interface StepStore {
  /** The outcome of a step from before an interruption. */
  stepBefore(row: number, step: string): StepOutcome | undefined;
  /** Resolves when no crash can lose the outcome. */
  recordStep(row: number, step: string, outcome: StepOutcome): Promise<void>;
}
