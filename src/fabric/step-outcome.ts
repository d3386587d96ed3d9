import type { CallErrorKind } from './call-error.js';
import type { Reply, Spending } from './fabric.js';

/** The result of one step of a row: of the calls to one tier or step, or to the judge of its answer. */
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
  /** False where outcomes are gone with the process: what they took counts, whatever becomes of their rows. */
  readonly keepsSteps: boolean;
  /** The outcome of a step from before an interruption. */
  stepBefore(row: number, step: string): StepOutcome | undefined;
  /** Keeps an outcome; resolves when no crash can lose it. */
  recordStep(row: number, step: string, outcome: StepOutcome): Promise<void>;
}

/** A store that also tells all that it has of a row. */
export interface StepHistory extends StepStore {
  /** The steps of a row from before an interruption, by name. */
  stepsOf(row: number): ReadonlyMap<string, StepOutcome>;
}

/** True if a value that was read is the outcome of a step. */
export function isStepOutcome(value: unknown): value is StepOutcome {
  if (!isObject(value)) return false;
  const { calls, attempts, spent, answer, failure, latencyMs } = value;
  return (
    isAmount(calls) &&
    isAmount(attempts) &&
    (spent === undefined || isSpending(spent)) &&
    (isObject(failure)
      ? typeof failure.kind === 'string' && typeof failure.message === 'string'
      : answer !== undefined && isAmount(latencyMs))
  );
}

function isSpending(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { input, output, cached, cost, unpriced } = value;
  return [input, output, cached, cost, unpriced].every(isAmount);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
