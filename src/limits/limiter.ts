import type { LimitsByKind } from '../fabric/limit-headers.js';
import type { Clock } from './clock.js';
import type { RateLimit } from './pace/rate-limit.js';
import { WaitingLine } from './pace/waiting-line.js';
import { Paces } from './paces.js';
import { type PausableLimiter, Pause, type PausedBy } from './pause.js';
import { type ScoutReport, TAKEN_AFTER_MS } from './scout.js';
import { ServiceQuota } from './tokens/service-quota.js';
import { type Settlement, TokenLimits, type TokenTurn } from './tokens/token-limits.js';

/** A call that is not refused for so long was taken: twice the time that the refusal before it took, and so many ms. */
const TAKEN_MARGIN_MS = 20;

export interface LimiterOptions {
  readonly rate: RateLimit;
  /** Of prompts and answers together; undefined: no limit. */
  readonly tokensPerMinute?: number | undefined;
  readonly clock: Clock;
  /** Called with the ms by which a pause becomes longer. */
  readonly onPause?: (ms: number) => void;
}

/**
 * Lets calls start, retries too: it keeps the run's own rate and its limit of tokens, the pauses that the service
 * asks for, and what the service's headers say is left. Waiting calls stand in one line behind one timer, and start
 * in its order, however small they are.
 *
 * @example
 * const limiter = new Limiter({ rate: { calls: 20, perMs: 1_000 }, clock: systemClock });
 * await limiter.take();
 */
export class Limiter implements PausableLimiter {
  readonly #clock: Clock;
  readonly #onPause: ((ms: number) => void) | undefined;
  readonly #paces: Paces;
  /** True if the limiter finds the rate from the start. */
  readonly probesRate: boolean;
  /** True if the head of the line waits for the pace that is being found. */
  #isPaceHolding = false;
  readonly #quota = new ServiceQuota();
  /** Set as soon as the run or the service limits tokens. */
  #tokens: TokenLimits | undefined;
  readonly #line = new WaitingLine<TokenTurn | undefined>();
  readonly #pause = new Pause();
  /** True while nothing is limited: a call then starts without a look at the clock. */
  #unlimited: boolean;
  #asked = 0;
  #cancelTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #closed: Error | undefined;

  constructor({ rate, tokensPerMinute, clock, onPause }: LimiterOptions) {
    this.#onPause = onPause;
    this.#clock = clock;
    this.#paces = new Paces(rate);
    this.probesRate = rate === 'auto';
    this.#tokens = tokensPerMinute === undefined ? undefined : new TokenLimits(tokensPerMinute);
    this.#unlimited = rate === 'none' && tokensPerMinute === undefined;
  }

  /**
   * Takes a turn. Turns come in the order of asking.
   *
   * @param turn the call's tokens, where tokens are counted; `settle` must follow.
   * @returns undefined where the call may start at once; otherwise a promise that resolves when it may start, and
   *   rejects when the limiter is closed.
   */
  take(turn?: TokenTurn): Promise<void> | undefined {
    this.#asked++;
    if (!this.#unlimited) return this.#takeLimited(turn);
    this.#paces.start(this.#clock.now(), false);
    return undefined;
  }

  /** True if the run, or the service in its headers, limits tokens. */
  get countsTokens(): boolean {
    return this.#tokens !== undefined;
  }

  /** Counts the end of a call whose tokens are counted. What it took less than expected is free for the next. */
  settle(turn: TokenTurn, settlement: Settlement): void {
    const now = this.#clock.now();
    this.#tokens?.settle(now, turn, settlement);
    this.#admitDue(now);
  }

  /** True if the limiter finds the rate itself at present, from `accepted` and `refused`. */
  get isProbing(): boolean {
    return this.#paces.isProbing;
  }

  /** Records that the service took the call that was the `nth` (from 0) to ask for its turn. */
  accepted(nth: number): void {
    if (!this.#paces.isProbing) return;
    const now = this.#clock.now();
    this.#paces.accepted(now, nth);
    this.#admitDue(now);
  }

  /** Records that the service refused the `nth` call as one too many. */
  refused(nth: number): void {
    this.#paces.refused(this.#clock.now(), nth);
  }

  get isInDoubt(): boolean {
    return this.#pause.isInDoubt(this.#clock.now()) || this.askedForMs > 0;
  }

  taken(nth: number): void {
    if (this.#pause.scout.tells(nth)) this.#endDoubt('taken');
  }

  ease(nth: number): void {
    this.#paces.ease(nth);
    this.#unlimited = false;
  }

  doubt(nth: number): void {
    const refusedAfterMs = this.#clock.now() - this.#paces.startOf(nth);
    const takenAfterMs = Math.min(2 * refusedAfterMs + TAKEN_MARGIN_MS, TAKEN_AFTER_MS);
    const { scout } = this.#pause;
    if (this.started > nth + 1) scout.follow(nth + 1, this.#paces.startOf(nth + 1) + takenAfterMs);
    else scout.want(takenAfterMs);
    this.#unlimited = false;
  }

  showLimit(nth: number): void {
    this.#paces.showLimit(nth);
  }

  /** Starts no call for `ms` ms, and then one call ahead of the others. The longest pause counts. */
  pauseFor(ms: number, by: PausedBy = 'us'): void {
    const longer = this.#pause.set(this.#clock.now(), ms, by);
    if (longer > 0) this.#onPause?.(longer);
    this.#paces.pause();
    this.#unlimited = false;
  }

  /** True if the call that was the `nth` (from 0) to ask goes ahead of all others after a pause. */
  isScout(nth: number): boolean {
    return this.#pause.scout.isOut(nth);
  }

  /** Records what became of the `nth` call. If it is the scout, the others start now, or wait on. */
  report(nth: number, report: ScoutReport): void {
    if (this.isScout(nth)) this.#endDoubt(report);
  }

  /**
   * Keeps to what the service said is left until its reset, where that is stricter than the run's own limits.
   *
   * @param inFlight calls beside the answered one, which the service may not have counted.
   */
  slowTo(limits: LimitsByKind, inFlight = 0): void {
    const now = this.#clock.now();
    const { requests, ...ofTokens } = limits;
    if (requests !== undefined) {
      this.#quota.set({ ...requests, remaining: requests.remaining - inFlight }, now);
      this.#unlimited = false;
    }
    if (Object.keys(ofTokens).length > 0) {
      this.#tokens ??= new TokenLimits(Number.POSITIVE_INFINITY);
      this.#tokens.slowTo(ofTokens, now);
      this.#unlimited = false;
    }
    this.#admitDue(now);
  }

  /**
   * Spaces the next calls from now: a call that had its turn `lateMs` ms ago had to open its connection, and has gone
   * out only now.
   */
  startedLate(lateMs: number): void {
    this.#paces.startedLate(this.#clock.now(), lateMs);
  }

  /** Turns asked for so far, waiting ones included. */
  get asked(): number {
    return this.#asked;
  }

  /** Calls started so far. They start in the order of asking, so the n-th to ask is the n-th of them. */
  get started(): number {
    return this.#asked - this.#line.length;
  }

  /** Calls waiting for a turn. */
  get waiting(): number {
    return this.#line.length;
  }

  /** The time left of a pause, in ms; 0 while calls may start, however slowly. */
  get pausedForMs(): number {
    return Math.max(this.askedForMs, this.#pause.until - this.#clock.now());
  }

  /** The part of it that the service asked for by naming a time, in ms. */
  get askedForMs(): number {
    const { pausedUntil = Number.NEGATIVE_INFINITY } = this.#tokens ?? {};
    const until = Math.max(this.#pause.askedUntil, this.#quota.pausedUntil, pausedUntil);
    return Math.max(0, until - this.#clock.now());
  }

  /**
   * Calls that the limits allow in a second at present: the run's own rate, its tokens in calls of the recent
   * average size, and what the service says is left, over the time to its reset. Pauses are left out. Undefined
   * where nothing limits.
   */
  callsPerSecond(): number | undefined {
    const now = this.#clock.now();
    const tokens = this.#tokens?.callsPerSecond(now);
    const limits = [this.#paces.callsPerSecond, this.#quota.perSecond(now), tokens];
    const stated = limits.filter((limit) => limit !== undefined);
    return stated.length > 0 ? Math.min(...stated) : undefined;
  }

  /** Rejects all waiting calls and all later ones. */
  close(reason: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#unlimited = false;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#line.turnAway(reason);
  }

  #endDoubt(report: ScoutReport): void {
    this.#pause.scout.report(this.#clock.now(), report);
    this.#admitDue(this.#clock.now());
  }

  #takeLimited(turn: TokenTurn | undefined): Promise<void> | undefined {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const now = this.#clock.now();
    if (this.#line.length === 0 && this.#nextAt(now, turn) <= now) {
      this.#start(now, turn, false);
      return undefined;
    }
    const admitted = this.#line.join(turn);
    this.#admitDue(now);
    return admitted;
  }

  /** When the next call may start; at once if that is not after now. */
  #nextAt(now: number, turn: TokenTurn | undefined): number {
    const nextAt = Math.max(this.#paces.nextAt, this.#quota.nextAt(now), this.#pause.nextAt);
    if (this.#tokens === undefined || turn === undefined) return nextAt;
    return Math.max(nextAt, this.#tokens.nextAt(now, turn));
  }

  #start(now: number, turn: TokenTurn | undefined, wasHeldBack: boolean): void {
    this.#quota.start(now);
    this.#paces.start(now, wasHeldBack);
    if (this.#pause.scout.isHolding) this.#pause.scout.start(now, this.started - 1);
    if (turn !== undefined) this.#tokens?.start(now, turn);
    if (!this.#paces.isVoid || this.#tokens !== undefined || this.#line.length > 0) return;
    this.#unlimited = this.#quota.isVoid(now) && !this.#pause.scout.isHolding;
  }

  /** Starts all calls that are due, and sets the timer for the next one. */
  #admitDue(now: number): void {
    while (this.#line.length > 0) {
      const turn = this.#line.first;
      const nextAt = this.#nextAt(now, turn);
      if (nextAt > now) {
        this.#isPaceHolding = this.#paces.isFoundHolding(nextAt);
        this.#wakeAt(nextAt, now);
        return;
      }
      this.#line.admit();
      this.#start(now, turn, this.#isPaceHolding);
    }
  }

  /** Keeps an earlier timer, which sets the next one when it finds nothing due. */
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
