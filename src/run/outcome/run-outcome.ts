import type { StopReason } from '../control/stop.js';
import type { RunSummary } from './summary.js';

/**
 * What became of a run.
 *
 * @example
 * if (outcome.kind === 'stopped') console.error(outcome.reason.kind);
 */
export type RunOutcome =
  /** It was finished before. */
  | { readonly kind: 'nothing-to-do'; readonly summary: RunSummary }
  | { readonly kind: 'finished'; readonly summary: RunSummary }
  | { readonly kind: 'stopped'; readonly reason: StopReason; readonly summary: RunSummary };
