import type { BatchApiError } from '../../batch-api/batch-service.js';
import type { CallError } from '../../fabric/call-error.js';
import type { BudgetEnd } from '../../limits/budget.js';
import type { InputChangedError, InputError, UnreadableRowError } from '../../rows/input-error.js';

/** A signal that asks a process to end. */
export type EndSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

/** Why a run ended before its last row. In each case it can be resumed. */
export type StopReason =
  | { readonly kind: 'interrupted'; readonly signal: EndSignal }
  /** Whoever runs it said so; `atOnce`: nobody wants what is in the air. */
  | { readonly kind: 'asked'; readonly atOnce?: true }
  /** The service refused in a way that no row is to blame for. */
  | { readonly kind: 'service'; readonly error: CallError }
  /** The batch API refused in a way that no row is to blame for, or in which nobody can tell what it has done. */
  | { readonly kind: 'batch-api'; readonly error: BatchApiError }
  /** `--detach`: everything is submitted, and so many batches are out. */
  | { readonly kind: 'submitted'; readonly batches: number }
  | { readonly kind: 'unreadable-row'; readonly error: UnreadableRowError | InputError }
  /** The input was overwritten in place. */
  | { readonly kind: 'input-changed'; readonly error: InputChangedError }
  | { readonly kind: 'max-errors'; readonly failed: number }
  /** `--max-cost` or `--max-calls`. */
  | { readonly kind: 'budget'; readonly end: BudgetEnd }
  /** `--deadline`, in ms since 1970. */
  | { readonly kind: 'deadline'; readonly at: number }
  /** The disk or the like, noticed beside the work. */
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
