import type { BatchApiError } from '../../batch-api/batch-service.js';
import type { CallError } from '../../fabric/call-error.js';
import type { BudgetEnd } from '../../limits/budget.js';
import type { InputChangedError, InputError, UnreadableRowError } from '../../rows/input-error.js';

/** A signal that asks a process to end. */
export type EndSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

/**
 * Why a run ended before its last row. In each case it can be resumed.
 *
 * @example
 * const outcome = await enrich({ input, output, fabric }).outcome;
 * if (outcome.kind === 'stopped' && outcome.reason.kind === 'service') console.error(outcome.reason.error.message);
 */
export type StopReason =
  | { readonly kind: 'interrupted'; readonly signal: EndSignal }
  /** The caller asked for it; `atOnce`: without waiting for calls in flight. */
  | { readonly kind: 'asked'; readonly atOnce?: true }
  /** A refusal of the whole run: a wrong key, an unknown fabric, no credit. */
  | { readonly kind: 'service'; readonly error: CallError }
  /** A refusal of the whole run by the batch API, or an answer that leaves open what the API has done. */
  | { readonly kind: 'batch-api'; readonly error: BatchApiError }
  /** `--detach`: everything is submitted. `batches` are out. */
  | { readonly kind: 'submitted'; readonly batches: number }
  | { readonly kind: 'unreadable-row'; readonly error: UnreadableRowError | InputError }
  /** The input was overwritten in place. */
  | { readonly kind: 'input-changed'; readonly error: InputChangedError }
  | { readonly kind: 'max-errors'; readonly failed: number }
  /** `--max-cost` or `--max-calls`. */
  | { readonly kind: 'budget'; readonly end: BudgetEnd }
  /** `--deadline`, in ms since 1970. */
  | { readonly kind: 'deadline'; readonly at: number }
  /** A full disk or the like, found beside the work. */
  | { readonly kind: 'failure'; readonly error: Error };

/** The one place where a run is told to stop. The first reason counts. */
export class RunStop {
  #reason: StopReason | undefined;
  readonly #controller = new AbortController();

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** Aborted when the run is to stop: no new calls, no more waiting. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops now: no new calls. */
  request(reason: StopReason): void {
    if (this.signal.aborted) return;
    this.#reason = reason;
    this.#controller.abort();
  }

  /** Stops once the rows that have been read are done. */
  requestAfterRows(reason: StopReason): void {
    this.#reason ??= reason;
  }
}
