import { CallError, type CallErrorKind } from '../../fabric/call-error.js';
import type { Fabric, FabricCall, Reply } from '../../fabric/fabric.js';
import type { Clock } from '../clock.js';
import { MAX_SERVER_WAIT_MS, type PausableLimiter } from '../pause.js';
import { BACKOFF, type Backoff, backoffMs, pauseMs } from './backoff.js';
import { BackoffWaits } from './backoff-waits.js';
import { Blame, type Suspicion } from './blame.js';
import { Outage } from './outage.js';
import { type Extent, RefusalJudge } from './refusal-judge.js';
import { GIVE_UP_AFTER_MS } from './retry-policy.js';

export interface RetryingOptions {
  /** Calls that a row may cost, the first included. */
  readonly attempts: number;
  /** The limiter that `next` waits for before each call: this layer pauses it. */
  readonly limiter: PausableLimiter;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  /** The waits between calls of a row, and of pauses; default: BACKOFF. */
  readonly backoff?: Backoff;
  /** Aborted when the run stops: all waits end. */
  readonly signal?: AbortSignal;
  /** Runs the wait of one row, and may lend its place among the calls in flight meanwhile. */
  readonly whileWaiting?: <T>(wait: () => Promise<T>) => Promise<T>;
  /** Called before another call is made for this row. */
  readonly onRetry?: (kind: CallErrorKind, call: FabricCall) => void;
  /** Called with the backoff before a row's next call, in ms. */
  readonly onBackoff?: (ms: number) => void;
  /** True if an earlier part of the run, or another process, had an answer; default: false. */
  readonly answeredBefore?: () => boolean;
  /** The run stops when no call has succeeded for so long, in ms; default: 15 minutes. */
  readonly giveUpAfterMs?: number;
}

/**
 * The layer that retries calls, as the table in retry-policy.ts says. It counts `call.attempts`: every call that
 * ended, but those that the service asked to make later.
 *
 * @throws CallError where the row failed for good, the run stops, or the run was stopped.
 * @example
 * const fabric = retrying(limited(client, limiter), { limiter, attempts: 3, clock: systemClock, random: Math.random });
 */
export function retrying(next: Fabric, options: RetryingOptions): Fabric {
  return new Retrying(next, options);
}

class Retrying implements Fabric {
  readonly #outage: Outage;
  readonly #blame: Blame;
  readonly #refusals = new RefusalJudge();
  /** The end of the wait of the row whose refusal was the last to be taken for its own, in ms. */
  #rowWaitsUntil = Number.NEGATIVE_INFINITY;
  /** Rows whose `run` has not returned. */
  #running = 0;
  /** Rows that wait for another call after a refusal that would stop the run. */
  #inDoubt = 0;
  #listensForStop = false;
  readonly #backoffWaits: BackoffWaits;
  readonly #backoff: Backoff;
  readonly #whileWaiting: <T>(wait: () => Promise<T>) => Promise<T>;

  constructor(
    private readonly next: Fabric,
    private readonly options: RetryingOptions,
  ) {
    const { attempts, giveUpAfterMs = GIVE_UP_AFTER_MS, clock, signal } = options;
    this.#outage = new Outage({ attempts, giveUpAfterMs });
    this.#blame = new Blame(options.answeredBefore ?? (() => false));
    this.#backoff = options.backoff ?? BACKOFF;
    this.#backoffWaits = new BackoffWaits(clock, signal);
    this.#whileWaiting = options.whileWaiting ?? ((wait) => wait());
  }

  async run(call: FabricCall): Promise<Reply> {
    const { limiter } = this.options;
    let suspicion: Suspicion | undefined;
    let refusals = 0;
    this.#running++;
    try {
      for (;;) {
        const nth = limiter.asked;
        try {
          const reply = await this.next.run(call);
          call.attempts++;
          this.#outage.succeeded();
          this.#blame.answered(nth);
          this.#taken(nth);
          return reply;
        } catch (error) {
          if (error instanceof CallError && error.stopsRun) {
            suspicion ??= { startedBefore: limiter.started, times: 0 };
            suspicion.times++;
            await this.#doubt(error, call, suspicion);
          } else {
            if (error instanceof CallError && error.pausesAll) refusals++;
            await this.#recover(error, call, nth, refusals);
          }
        }
      }
    } finally {
      this.#running--;
      if (this.#blame.held > 0) this.#judgeIfAlone();
    }
  }

  get inFlight(): number {
    return this.next.inFlight;
  }

  close(): Promise<void> {
    return this.next.close();
  }

  /** Handles an error that would stop the run unless its row is to blame. Returns when the call may be made again. */
  async #doubt(error: CallError, call: FabricCall, suspicion: Suspicion): Promise<void> {
    const { attempts } = this.options;
    if (this.#blame.isUndecided(error)) {
      call.attempts++;
      throw await this.#verdict(error);
    }
    const end = this.#blame.afterAnswers(error, suspicion, call.attempts + 1 < attempts);
    if (end === error) throw error;
    call.attempts++;
    if (end !== undefined) throw end;
    this.options.onRetry?.(error.kind, call);
    // Long enough for other rows to be called and answered, or refused, meanwhile.
    const waitMs = Math.max(
      this.#backoff.firstMs / 2,
      backoffMs(suspicion.times, this.options.random, this.#backoff),
    );
    this.options.onBackoff?.(waitMs);
    // Only one such row lends its place, enough to see whether others are answered. If none is, few calls were in vain.
    const inPlace = this.#inDoubt === 0 ? this.#whileWaiting : (wait: () => Promise<void>) => wait();
    this.#inDoubt++;
    try {
      await inPlace(() => this.#backoffWaits.waitFor(waitMs));
    } finally {
      this.#inDoubt--;
    }
  }

  /** The error of a refusal that every row may meet. Other rows use its place until there is a verdict. */
  async #verdict(error: CallError): Promise<CallError> {
    const verdict = this.#blame.decide(error);
    if (verdict instanceof CallError) return verdict;
    if (!this.#listensForStop)
      this.options.signal?.addEventListener('abort', () => this.#blame.releaseUndecided());
    this.#listensForStop = true;
    const end = await this.#whileWaiting(() => {
      this.#judgeIfAlone();
      return verdict;
    });
    if (!end.stopsRun) this.#backoffWaits.throwIfStopped();
    return end;
  }

  /** Judges the held refusals by themselves where no other row is left that could decide. */
  #judgeIfAlone(): void {
    // The row that takes over the place needs a moment to start.
    setImmediate(() => {
      if (this.#blame.held > 0 && this.#blame.held >= this.#running) this.#blame.releaseUndecided();
    });
  }

  /**
   * Returns when the call may be made again; throws where it may not.
   *
   * @param refusals of this row, this one included.
   */
  async #recover(error: unknown, call: FabricCall, nth: number, refusals: number): Promise<void> {
    if (!(error instanceof CallError) || error.kind === 'aborted') throw error;
    if (error.retriesInOtherForm) {
      // The service is well and refused a form of request, not the row: no attempt, no sign of an outage.
      this.#backoffWaits.throwIfStopped();
      this.options.onRetry?.(error.kind, call);
      return;
    }
    if (error.pausesAll) {
      await this.#waitOutRefusal(error, call, nth, refusals);
      return;
    }
    call.attempts++;
    if (!error.costsAttempt) {
      this.#outage.succeeded();
      this.#taken(nth);
      throw this.#blame.isUndecided(error) ? await this.#verdict(error) : error;
    }
    const waitMs = this.#backOff(error, call, nth);
    if (call.attempts >= this.options.attempts) throw this.#blame.final(error);
    this.#backoffWaits.throwIfStopped();
    this.options.onRetry?.(error.kind, call);
    // The next call tells the model what was wrong: a different request, which gains nothing from a wait.
    if (error.kind === 'bad-answer' && call.repair !== undefined) return;
    await this.#waitInBackoff(waitMs);
  }

  /** Returns at once where all calls are paused: this one then waits for its turn like the others. */
  async #waitOutRefusal(error: CallError, call: FabricCall, nth: number, refusals: number): Promise<void> {
    const { limiter, random, clock } = this.options;
    const extent = this.#extentOf(error, nth);
    if (isForAll(extent)) this.#pauseAll(error, nth);
    else this.#noteFailure(error);
    this.#backoffWaits.throwIfStopped();
    this.options.onRetry?.(error.kind, call);
    if (isForAll(extent)) return;
    const { retryAfterMs } = error.details;
    if (limiter.probesRate && error.kind === 'rate-limit' && retryAfterMs === undefined) return;
    const askedMs = pauseMs(refusals, retryAfterMs, random, this.#backoff);
    const waitMs = Math.min(askedMs, MAX_SERVER_WAIT_MS);
    if (retryAfterMs !== undefined) this.#rowWaitsUntil = clock.now() + waitMs;
    await this.#waitInBackoff(waitMs);
  }

  /** Judges a refusal, and slows the calls down where it holds up its row alone. */
  #extentOf(error: CallError, nth: number): Extent {
    const { limiter } = this.options;
    if (error.kind === 'rate-limit') limiter.refused(nth);
    if (error.kind === 'unreachable' || this.#outage.isOfLastRound(nth)) return 'all';
    const extent = this.#refusals.refused(nth, limiter);
    if (isForAll(extent) && error.kind === 'rate-limit' && this.#refusals.tellsOfLimit)
      limiter.showLimit(nth);
    if (extent === 'row' || extent === 'row-unless-more') limiter.ease(nth);
    if (extent === 'row-unless-more' && !limiter.isInDoubt) limiter.doubt(nth);
    return extent;
  }

  #pauseAll(error: CallError, nth: number): void {
    const { limiter, random, clock } = this.options;
    const round = this.#outage.refused(nth, limiter.started);
    this.#noteFailure(error);
    const { retryAfterMs } = error.details;
    // A probed rate has gone down already; a pause would keep it from being found.
    if (limiter.probesRate && error.kind === 'rate-limit' && retryAfterMs === undefined) return;
    const ms = round === undefined ? retryAfterMs : pauseMs(round, retryAfterMs, random, this.#backoff);
    // The refusal before this one, which seemed to be its row's alone, was not.
    const askedBeforeMs = this.#rowWaitsUntil - clock.now();
    this.#rowWaitsUntil = Number.NEGATIVE_INFINITY;
    if (askedBeforeMs > (ms ?? 0)) limiter.pauseFor(askedBeforeMs, 'service');
    else if (ms !== undefined) limiter.pauseFor(ms, ms === retryAfterMs ? 'service' : 'us');
  }

  /** The backoff of this row, in ms. */
  #backOff(error: CallError, call: FabricCall, nth: number): number {
    this.#noteFailure(error);
    const { status, retryAfterMs = 0 } = error.details;
    const waitMs = Math.max(
      backoffMs(call.attempts, this.options.random, this.#backoff),
      Math.min(retryAfterMs, MAX_SERVER_WAIT_MS),
    );
    // A service that is unavailable is so for all rows.
    if (status === 503 && isForAll(this.#extentOf(error, nth))) this.options.limiter.pauseFor(waitMs);
    return waitMs;
  }

  /** Waits while another row has this one's place. */
  async #waitInBackoff(ms: number): Promise<void> {
    this.options.onBackoff?.(ms);
    await this.#whileWaiting(() => this.#backoffWaits.waitFor(ms));
  }

  /** Records that the service took the `nth` call: it answered, or found fault with the row. */
  #taken(nth: number): void {
    this.#refusals.taken(nth);
    this.options.limiter.taken(nth);
  }

  #noteFailure(error: CallError): void {
    const now = this.options.clock.now();
    this.#outage.failed(error, now);
    const end = this.#outage.giveUp(error, now);
    if (end !== undefined) throw end;
  }
}

function isForAll(extent: Extent): boolean {
  return extent === 'all' || extent === 'limit';
}
