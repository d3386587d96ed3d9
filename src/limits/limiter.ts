import type { Clock } from './clock.js';
import { Pacer, type Rate } from './pacer.js';
import { ServiceBudget, type ServiceLimits } from './service-budget.js';
import { WaitingLine } from './waiting-line.js';

/** A service may hold us up for no longer, whatever it says, in ms: 15 minutes. */
export const MAX_SERVER_WAIT_MS = 15 * 60_000;

export interface LimiterOptions {
  readonly rate: Rate | 'none';
  readonly clock: Clock;
}

/**
 * What every call of a run passes, retries too: it keeps the run's own rate, the pauses that the service
 * asks for, and what the service's headers say is left. Whoever has to wait waits in one line, behind one
 * timer.
 */
export class Limiter {
  readonly #clock: Clock;
  readonly #pacer: Pacer | undefined;
  readonly #budget = new ServiceBudget();
  readonly #line = new WaitingLine();
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** Nothing is limited now: not even the time is asked for. */
  #unlimited: boolean;
  #asked = 0;
  #cancelTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #closed: Error | undefined;

  constructor({ rate, clock }: LimiterOptions) {
    this.#clock = clock;
    this.#pacer = rate === 'none' ? undefined : new Pacer(rate);
    this.#unlimited = rate === 'none';
  }

  /**
   * Takes a turn. Undefined: the call may go at once. Else it may when the promise resolves, in the order
   * of asking; it rejects when the limiter is closed.
   */
  take(): Promise<void> | undefined {
    this.#asked++;
    return this.#unlimited ? undefined : this.#takeLimited();
  }

  /** No call starts before so many ms from now, those that wait already included. The longest pause counts. */
  pauseFor(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + Math.min(ms, MAX_SERVER_WAIT_MS));
    this.#unlimited = false;
  }

  /** Keeps to what the service said is left until its reset, where that is stricter than the own rate. */
  slowTo({ remaining, resetMs }: ServiceLimits): void {
    const now = this.#clock.now();
    this.#budget.set({ remaining, resetMs: Math.min(resetMs, MAX_SERVER_WAIT_MS) }, now);
    this.#unlimited = false;
    this.#admitDue(now);
  }

  /**
   * A call that was let go has really gone out only now, since its connection had to be made first: it takes
   * a turn of this moment too, so that the ones that have a connection keep their distance from it.
   */
  startedLate(): void {
    this.#pacer?.start(this.#clock.now());
  }

  /** Turns that were ever asked for, those that still wait included. */
  get asked(): number {
    return this.#asked;
  }

  /** Calls that were let go. As nobody overtakes, the n-th to ask is the n-th of them. */
  get started(): number {
    return this.#asked - this.#line.length;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#line.length;
  }

  /** How long no call at all may start, in ms; 0 when they may, if only slowly. */
  get pausedForMs(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now(), this.#budget.pausedUntil - this.#clock.now());
  }

  /** Rejects all that wait, and all that will ever ask. */
  close(reason: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#unlimited = false;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#line.turnAway(reason);
  }

  #takeLimited(): Promise<void> | undefined {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const now = this.#clock.now();
    if (this.#line.length === 0 && this.#nextAt(now) <= now) {
      this.#start(now);
      return undefined;
    }
    const turn = this.#line.join();
    this.#admitDue(now);
    return turn;
  }

  /** When the next call may start; at once if that is not after now. */
  #nextAt(now: number): number {
    const pacedAt = this.#pacer === undefined ? now : this.#pacer.nextAt;
    return Math.max(pacedAt, this.#budget.nextAt(now), this.#pausedUntil);
  }

  #start(now: number): void {
    this.#budget.start(now);
    if (this.#pacer !== undefined) this.#pacer.start(now);
    else if (this.#line.length === 0) this.#unlimited = this.#budget.isVoid(now);
  }

  /** Lets everybody go whose turn it is, and sets the timer for the next one. */
  #admitDue(now: number): void {
    while (this.#line.length > 0) {
      const nextAt = this.#nextAt(now);
      if (nextAt > now) {
        this.#wakeAt(nextAt, now);
        return;
      }
      this.#line.admit();
      this.#start(now);
    }
  }

  /** An earlier timer may stand: it sets the next one when it finds nothing due. */
  #wakeAt(at: number, now: number): void {
    if (this.#cancelTimer !== undefined && this.#timerAt <= at) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = this.#clock.after(at - now, this.#wake);
  }

  readonly #wake = (): void => {
    this.#cancelTimer = undefined;
    this.#admitDue(this.#clock.now());
  };
}
