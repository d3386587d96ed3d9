import type { LimitsByKind } from '../fabric/limit-headers.js';
import { type ProbedPacer, pacerFor } from './auto/probed-pacer.js';
import { RateProbe } from './auto/rate-probe.js';
import { bounded } from './bounded-limits.js';
import type { Clock } from './clock.js';
import type { Pacer } from './pace/pacer.js';
import type { RateLimit } from './pace/rate.js';
import { WaitingLine } from './pace/waiting-line.js';
import { Pause, type PausedBy } from './pause.js';
import type { ScoutReport } from './scout.js';
import { ServiceBudget } from './tokens/service-budget.js';
import { type Settlement, TokenLimits, type TokenTurn } from './tokens/token-limits.js';

export interface LimiterOptions {
  readonly rate: RateLimit;
  /** Prompts and answers together; undefined: any number. */
  readonly tokensPerMinute?: number | undefined;
  readonly clock: Clock;
  /** Hears by how much longer no call at all may start, in ms. */
  readonly onPause?: (ms: number) => void;
}

/**
 * What every call of a run passes, retries too: it keeps the run's own rate and its limit of tokens, the pauses
 * that the service asks for, and what the service's headers say is left. Whoever has to wait waits in one line,
 * behind one timer; nobody overtakes, however small.
 */
export class Limiter {
  readonly #clock: Clock;
  readonly #onPause: ((ms: number) => void) | undefined;
  readonly #probe: RateProbe | undefined;
  readonly #pacer: Pacer | ProbedPacer | undefined;
  /** It was the pace that held up the first in line, and nothing else. */
  #isPaceHolding = false;
  readonly #budget = new ServiceBudget();
  /** There as soon as anybody limits tokens. */
  #tokens: TokenLimits | undefined;
  readonly #line = new WaitingLine<TokenTurn | undefined>();
  readonly #pause = new Pause();
  /** Nothing is limited now: not even the time is asked for. */
  #unlimited: boolean;
  #asked = 0;
  #cancelTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #closed: Error | undefined;

  constructor({ rate, tokensPerMinute, clock, onPause }: LimiterOptions) {
    this.#onPause = onPause;
    this.#clock = clock;
    this.#probe = rate === 'auto' ? new RateProbe() : undefined;
    this.#pacer = pacerFor(rate, this.#probe);
    this.#tokens = tokensPerMinute === undefined ? undefined : new TokenLimits(tokensPerMinute);
    this.#unlimited = rate === 'none' && tokensPerMinute === undefined;
  }

  /**
   * Takes a turn. Undefined: the call may go at once. Else it may when the promise resolves, in the order
   * of asking; it rejects when the limiter is closed. Where tokens are counted, a call brings its `turn`, and
   * has to be settled.
   */
  take(turn?: TokenTurn): Promise<void> | undefined {
    this.#asked++;
    return this.#unlimited ? undefined : this.#takeLimited(turn);
  }

  /** Somebody limits tokens: the run itself, or the service in its headers. */
  get countsTokens(): boolean {
    return this.#tokens !== undefined;
  }

  /** A call whose tokens are counted has ended. What it took less than expected is the next one's. */
  settle(turn: TokenTurn, settlement: Settlement): void {
    const now = this.#clock.now();
    this.#tokens?.settle(now, turn, settlement);
    this.#admitDue(now);
  }

  /** Nobody stated a rate: what becomes of each call tells which is right. */
  get probesRate(): boolean {
    return this.#probe !== undefined;
  }

  /** The service took the call that was the `nth` (from 0) to ask for its turn. */
  accepted(nth: number): void {
    if (this.#probe === undefined) return;
    const now = this.#clock.now();
    this.#probe.accepted(now, nth);
    this.#admitDue(now);
  }

  /** The service refused the `nth` call as one too many. */
  refused(nth: number): void {
    this.#probe?.refused(this.#clock.now(), nth);
  }

  /** No call starts before so many ms from now; then one goes ahead of the others. The longest pause counts. */
  pauseFor(ms: number, by: PausedBy = 'us'): void {
    const longer = this.#pause.set(this.#clock.now(), ms, by);
    if (longer > 0) this.#onPause?.(longer);
    this.#unlimited = false;
  }

  /** The call that was the `nth` (from 0) to ask goes ahead of all others after a pause. */
  isScout(nth: number): boolean {
    return this.#pause.scout.isOut(nth);
  }

  /** What became of the `nth` call: where it went ahead, the others may go now, or wait on. */
  reported(nth: number, report: ScoutReport): void {
    if (!this.isScout(nth)) return;
    this.#pause.scout.report(this.#clock.now(), report);
    this.#admitDue(this.#clock.now());
  }

  /**
   * Keeps to what the service said is left until its reset, where that is stricter than the own limits. It may
   * not have counted the calls in flight: `inFlight` of them beside the one it answers.
   */
  slowTo(limits: LimitsByKind, inFlight = 0): void {
    const now = this.#clock.now();
    const { requests, ...ofTokens } = bounded(limits);
    if (requests !== undefined) {
      this.#budget.set({ ...requests, remaining: requests.remaining - inFlight }, now);
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
   * A call that was let go has gone out only now, since its connection had to be made first: it takes a turn of
   * this moment too, so that those behind it keep their distance.
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
    return Math.max(this.askedForMs, this.#pause.until - this.#clock.now());
  }

  /** How long of that the service asked for, naming a time, in ms. */
  get askedForMs(): number {
    const { pausedUntil = Number.NEGATIVE_INFINITY } = this.#tokens ?? {};
    const until = Math.max(this.#pause.askedUntil, this.#budget.pausedUntil, pausedUntil);
    return Math.max(0, until - this.#clock.now());
  }

  /**
   * Calls that the limits allow in a second at present: the own rate, tokens in calls of the size that they
   * were lately, and what the service says is left, over the time to its reset. Undefined where nothing
   * limits. A pause is no rate, and is left out.
   */
  callsPerSecond(): number | undefined {
    const now = this.#clock.now();
    const tokens = this.#tokens?.callsPerSecond(now);
    const limits = [this.#pacer?.callsPerSecond, this.#budget.perSecond(now), tokens];
    const stated = limits.filter((limit) => limit !== undefined);
    return stated.length > 0 ? Math.min(...stated) : undefined;
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

  #takeLimited(turn: TokenTurn | undefined): Promise<void> | undefined {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const now = this.#clock.now();
    if (this.#line.length === 0 && this.#nextAt(now, turn) <= now) {
      this.#probe?.started(now, false);
      this.#start(now, turn);
      return undefined;
    }
    const admitted = this.#line.join(turn);
    this.#admitDue(now);
    return admitted;
  }

  /** When the next call may start; at once if that is not after now. */
  #nextAt(now: number, turn: TokenTurn | undefined): number {
    const pacedAt = this.#pacer?.nextAt ?? now;
    const nextAt = Math.max(pacedAt, this.#budget.nextAt(now), this.#pause.nextAt);
    if (this.#tokens === undefined || turn === undefined) return nextAt;
    return Math.max(nextAt, this.#tokens.nextAt(now, turn));
  }

  #start(now: number, turn: TokenTurn | undefined): void {
    this.#budget.start(now);
    this.#pacer?.start(now);
    if (this.#pause.scout.isHolding) this.#pause.scout.start(now, this.started - 1);
    if (turn !== undefined) this.#tokens?.start(now, turn);
    if (this.#pacer !== undefined || this.#tokens !== undefined || this.#line.length > 0) return;
    this.#unlimited = this.#budget.isVoid(now) && !this.#pause.scout.isHolding;
  }

  /** Lets everybody go whose turn it is, and sets the timer for the next one. */
  #admitDue(now: number): void {
    while (this.#line.length > 0) {
      const turn = this.#line.first;
      const nextAt = this.#nextAt(now, turn);
      if (nextAt > now) {
        this.#isPaceHolding = nextAt === this.#pacer?.nextAt;
        this.#wakeAt(nextAt, now);
        return;
      }
      this.#line.admit();
      this.#probe?.started(now, this.#isPaceHolding);
      this.#start(now, turn);
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
