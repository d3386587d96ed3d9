import type { Clock } from './clock.js';
import { Pacer, type Rate } from './pacer.js';

/** No service keeps everybody waiting longer than this. */
export const MAX_PAUSE_MS = 15 * 60 * 1_000;

export interface LimiterOptions {
  readonly rate: Rate | 'none';
  readonly clock: Clock;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The one gate that every call passes, retries too: it paces, and it pauses everybody when the service asks for it. */
export class Limiter {
  readonly #clock: Clock;
  readonly #own: Pacer | undefined;
  /** What the service's headers allow, until they are out of date. */
  #service: { pacer: Pacer; until: number } | undefined;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  readonly #queue: Waiting[] = [];
  #cancelTimer: (() => void) | undefined;
  #closed: Error | undefined;

  constructor({ rate, clock }: LimiterOptions) {
    this.#clock = clock;
    this.#own = rate === 'none' ? undefined : new Pacer(rate);
  }

  /**
   * Asks for a call. Undefined: it starts now. Else it starts when the promise resolves, first come, first served.
   * The promise rejects with the reason of `close`.
   */
  take(): Promise<void> | undefined {
    if (this.#closed) return Promise.reject(this.#closed);
    if (this.#queue.length === 0) {
      const now = this.#clock.now();
      if (this.#nextAt(now) <= now) {
        this.#start(now);
        return undefined;
      }
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ resolve, reject });
      if (this.#cancelTimer === undefined) this.#setTimer();
    });
  }

  /** Nobody starts a call for so many ms; of several pauses the longest counts. */
  pauseFor(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + Math.min(ms, MAX_PAUSE_MS));
  }

  /** What the service says is left: so many calls until its limit is reset. The stricter of this and the own rate counts. */
  slowTo({ remaining, resetMs }: { remaining: number; resetMs: number }): void {
    const forMs = Math.min(resetMs, MAX_PAUSE_MS);
    if (forMs <= 0) return;
    if (remaining <= 0) return this.pauseFor(forMs);
    const now = this.#clock.now();
    const pacer = new Pacer({ calls: remaining, perMs: forMs });
    if (this.#service !== undefined || remaining < forMs) pacer.start(now);
    this.#service = { pacer, until: now + forMs };
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** How long everybody still pauses, in ms. */
  get pausedForMs(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now());
  }

  /** Rejects all that wait and all that come. */
  close(reason: Error): void {
    this.#closed = reason;
    this.#cancelTimer?.();
    for (const { reject } of this.#queue.splice(0)) reject(reason);
  }

  #nextAt(now: number): number {
    const own = this.#own === undefined ? now : this.#own.nextAt();
    if (this.#service !== undefined && this.#service.until <= now) this.#service = undefined;
    const service = this.#service === undefined ? now : this.#service.pacer.nextAt();
    return Math.max(own, service, this.#pausedUntil);
  }

  #start(now: number): void {
    this.#own?.start(now);
    this.#service?.pacer.start(now);
  }

  #setTimer(): void {
    const now = this.#clock.now();
    this.#cancelTimer = this.#clock.after(Math.max(0, this.#nextAt(now) - now), () => this.#release());
  }

  #release(): void {
    this.#cancelTimer = undefined;
    const now = this.#clock.now();
    while (this.#queue.length > 0 && this.#nextAt(now) <= now) {
      this.#start(now);
      this.#queue.shift()?.resolve();
    }
    if (this.#queue.length > 0) this.#setTimer();
  }
}
