import { CallError, type CallErrorKind } from '../../fabric/call-error.js';
import type { Fabric, FabricCall, Reply } from '../../fabric/fabric.js';
import { MAX_SERVER_WAIT_MS } from '../bounded-limits.js';
import type { Clock } from '../clock.js';
import type { PausableLimiter } from '../pause.js';
import { Blame, type Suspicion } from './blame.js';
import { Outage } from './outage.js';
import { BACKOFF, type Backoff, backoffMs, GIVE_UP_AFTER_MS, pauseMs } from './retry-policy.js';
import { Waits } from './waits.js';

export interface RetryingOptions {
  /** Calls that a row may cost, the first included. */
  readonly attempts: number;
  /** What `next` waits for before each call: here it is told to hold everybody up. */
  readonly limiter: PausableLimiter;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly backoff?: Backoff;
  /** Aborted when the run stops: no row waits any longer. */
  readonly signal?: AbortSignal;
  /** Runs the wait of one row. Meanwhile, its place among the calls in flight may be another's. */
  readonly whileWaiting?: <T>(wait: () => Promise<T>) => Promise<T>;
  /** Another call will be made for this row. */
  readonly onRetry?: (kind: CallErrorKind, call: FabricCall) => void;
  /** A row waits so long for its next try, in ms. */
  readonly onBackoff?: (ms: number) => void;
  /** An earlier part of the run, or another process, had an answer; default: none had. */
  readonly answeredBefore?: () => boolean;
  /** The run stops when nothing has succeeded for so long, in ms. */
  readonly giveUpAfterMs?: number;
}

/**
 * The layer that tries again, as the table in retry-policy.ts says. It counts `call.attempts`: every call
 * that came to an end of its own, but none that the service asked to wait with.
 */
export function retrying(next: Fabric, options: RetryingOptions): Fabric {
  return new Retrying(next, options);
}

class Retrying implements Fabric {
  readonly #outage: Outage;
  readonly #blame: Blame;
  /** Rows on their way. */
  #running = 0;
  /** Rows that wait to be called again, since what they met would stop the run. */
  #inDoubt = 0;
  #hearsStop = false;
  readonly #waits: Waits;
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
    this.#waits = new Waits(clock, signal);
    this.#whileWaiting = options.whileWaiting ?? ((wait) => wait());
  }

  async run(call: FabricCall): Promise<Reply> {
    const { limiter } = this.options;
    let suspicion: Suspicion | undefined;
    this.#running++;
    try {
      for (;;) {
        const nth = limiter.asked;
        try {
          const reply = await this.next.run(call);
          call.attempts++;
          this.#outage.succeeded();
          this.#blame.answered(nth);
          return reply;
        } catch (error) {
          if (error instanceof CallError && error.stopsRun) {
            suspicion ??= { startedBefore: limiter.started, times: 0 };
            suspicion.times++;
            await this.#doubt(error, call, suspicion);
          } else {
            await this.#recover(error, call, nth);
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

  /** An error that would stop the run, unless its row is to blame. Comes back when the call may be made again. */
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
    // One row's place is enough to see whether others are answered: if none is, few were called in vain.
    const inPlace = this.#inDoubt === 0 ? this.#whileWaiting : (wait: () => Promise<void>) => wait();
    this.#inDoubt++;
    try {
      await inPlace(() => this.#waits.waitFor(waitMs));
    } finally {
      this.#inDoubt--;
    }
  }

  /** What a refusal comes to which every row may meet: others go on in its place until that is known. */
  async #verdict(error: CallError): Promise<CallError> {
    const verdict = this.#blame.decide(error);
    if (verdict instanceof CallError) return verdict;
    if (!this.#hearsStop) this.options.signal?.addEventListener('abort', () => this.#blame.nobodyElse());
    this.#hearsStop = true;
    const end = await this.#whileWaiting(() => {
      this.#judgeIfAlone();
      return verdict;
    });
    if (!end.stopsRun) this.#waits.throwIfStopped();
    return end;
  }

  /** Where no other row comes that could tell more, those that are kept back are judged by themselves. */
  #judgeIfAlone(): void {
    // Whoever was lent a place needs a moment to start.
    setImmediate(() => {
      if (this.#blame.held > 0 && this.#blame.held >= this.#running) this.#blame.nobodyElse();
    });
  }

  /** Comes back when the call may be made again, and throws where it may not. */
  async #recover(error: unknown, call: FabricCall, nth: number): Promise<void> {
    if (!(error instanceof CallError) || error.kind === 'aborted') throw error;
    if (error.asksAnew) {
      // The service refused a form of request, not the row, and it is well: it costs and says nothing.
      this.#waits.throwIfStopped();
      this.options.onRetry?.(error.kind, call);
      return;
    }
    if (error.pausesAll) {
      this.#pauseAll(error, nth);
      this.#waits.throwIfStopped();
      this.options.onRetry?.(error.kind, call);
      return;
    }
    call.attempts++;
    if (!error.costsAttempt) {
      this.#outage.succeeded();
      throw this.#blame.isUndecided(error) ? await this.#verdict(error) : error;
    }
    const waitMs = this.#backOff(error, call);
    if (call.attempts >= this.options.attempts) throw this.#blame.final(error);
    this.#waits.throwIfStopped();
    this.options.onRetry?.(error.kind, call);
    // The next call says what was wrong with the answer: it is another call, which no wait makes better.
    if (error.kind === 'bad-answer' && call.repair !== undefined) return;
    this.options.onBackoff?.(waitMs);
    await this.#whileWaiting(() => this.#waits.waitFor(waitMs));
  }

  /** Holds everybody up; the call itself then waits for its turn like all others. */
  #pauseAll(error: CallError, nth: number): void {
    const { limiter, random } = this.options;
    const round = this.#outage.refused(nth, limiter.started);
    this.#noteFailure(error);
    const { retryAfterMs } = error.details;
    // Where the rate is being found, it has gone down already; to stand still would find nothing.
    if (limiter.probesRate && error.kind === 'rate-limit' && retryAfterMs === undefined) return;
    const ms = round === undefined ? retryAfterMs : pauseMs(round, retryAfterMs, random, this.#backoff);
    if (ms !== undefined) limiter.pauseFor(ms, ms === retryAfterMs ? 'service' : 'us');
  }

  /** How long this row has to wait, in ms. */
  #backOff(error: CallError, call: FabricCall): number {
    this.#noteFailure(error);
    const { status, retryAfterMs = 0 } = error.details;
    const waitMs = Math.max(
      backoffMs(call.attempts, this.options.random, this.#backoff),
      Math.min(retryAfterMs, MAX_SERVER_WAIT_MS),
    );
    // A service that is not there at all is not there for the others either.
    if (status === 503) this.options.limiter.pauseFor(waitMs);
    return waitMs;
  }

  #noteFailure(error: CallError): void {
    const now = this.options.clock.now();
    this.#outage.failed(error, now);
    const end = this.#outage.giveUp(error, now);
    if (end !== undefined) throw end;
  }
}
