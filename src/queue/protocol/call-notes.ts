import type { CallErrorKind } from '../../fabric/call-error.js';
import type { ServiceNotice } from '../../fabric/service-notice.js';
import { shortNotice, subjectOf } from './notice-form.js';

export const CALL_WAITS = ['rate-limit', 'backoff'] as const;

/** Why a call waits on a worker. Pauses that a service asks for are everybody's, and told to all at once. */
export type CallWait = (typeof CALL_WAITS)[number];

/** What happened around calls beside their results, as it goes along with a result. */
export interface CallNotes {
  /** Why which rows were tried again. */
  readonly retried?: readonly (readonly [CallErrorKind, number])[];
  /** How long calls have waited, in ms. */
  readonly waited?: Readonly<Partial<Record<CallWait, number>>>;
  /** What is odd about the service's answers, as its worker's version names it: each thing once a worker. */
  readonly notices?: readonly unknown[];
}

/** Gathers what happens around a run's calls on a worker, until a result takes it along. */
export class CallNotebook {
  #retried: (readonly [CallErrorKind, number])[] = [];
  #waited: Partial<Record<CallWait, number>> = {};
  #notices: ServiceNotice[] = [];
  readonly #noticed = new Set<string>();
  #isEmpty = true;

  retried(kind: CallErrorKind, row: number): void {
    this.#retried.push([kind, row]);
    this.#isEmpty = false;
  }

  waited(reason: CallWait, ms: number): void {
    this.#waited[reason] = (this.#waited[reason] ?? 0) + ms;
    this.#isEmpty = false;
  }

  noticed(notice: ServiceNotice): void {
    const subject = subjectOf(notice);
    if (this.#noticed.has(subject)) return;
    this.#noticed.add(subject);
    this.#notices.push(shortNotice(notice));
    this.#isEmpty = false;
  }

  /** What there is since the last time; undefined where nothing is. */
  take(): CallNotes | undefined {
    if (this.#isEmpty) return undefined;
    const waited = Object.entries(this.#waited).map(([reason, ms]) => [reason, Math.round(ms)]);
    const notes: CallNotes = {
      ...(this.#retried.length > 0 && { retried: this.#retried }),
      ...(waited.length > 0 && { waited: Object.fromEntries(waited) }),
      ...(this.#notices.length > 0 && { notices: this.#notices }),
    };
    this.#retried = [];
    this.#waited = {};
    this.#notices = [];
    this.#isEmpty = true;
    return notes;
  }
}
