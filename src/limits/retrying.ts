import { CallError, type CallErrorKind } from '../fabric/call-error.js';
import type { Fabric, FabricCall, Reply } from '../fabric/fabric.js';
import { MAX_SERVER_WAIT_MS } from './bounded-limits.js';
import type { Clock } from './clock.js';
import type { PausableLimiter } from './limiter.js';
import { Outage } from './outage.js';
import { backoffMs, GIVE_UP_AFTER_MS, pauseMs } from './retry-policy.js';
import { Waits } from './waits.js';

export interface RetryingOptions {
  /** Calls that a row may cost, the first included. */
  readonly attempts: number;
  /** What `next` waits for before each call: here it is told to hold everybody up. */
  readonly limiter: PausableLimiter;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  /** Aborted when the run stops: no row waits any longer. */
  readonly signal?: AbortSignal;
  /** Runs the wait of one row. Meanwhile, its place among the calls in the air may be another's. */
  readonly whileWaiting?: <T>(wait: () => Promise<T>) => Promise<T>;
  /** Another call will be made for this row. */
  readonly onRetry?: (kind: CallErrorKind, call: FabricCall) => void;
  /** A row waits so long for its next try, in ms. */
  readonly onBackoff?: (ms: number) => void;
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
  readonly #waits: Waits;
  readonly #whileWaiting: <T>(wait: () => Promise<T>) => Promise<T>;

  constructor(
    private readonly next: Fabric,
    private readonly options: RetryingOptions,
  ) {
    const { attempts, giveUpAfterMs = GIVE_UP_AFTER_MS, clock, signal } = options;
    this.#outage = new Outage({ attempts, giveUpAfterMs });
    this.#waits = new Waits(clock, signal);
    this.#whileWaiting = options.whileWaiting ?? ((wait) => wait());
  }

  async run(call: FabricCall): Promise<Reply> {
    const { limiter } = this.options;
    for (;;) {
      const nth = limiter.asked;
      try {
        const reply = await this.next.run(call);
        call.attempts++;
        this.#outage.succeeded();
        return reply;
      } catch (error) {
        await this.#recover(error, call, nth);
      }
    }
  }

  get inAir(): number {
    return this.next.inAir;
  }

  close(): Promise<void> {
    return this.next.close();
  }

  /** Comes back when the call may be made again, and throws where it may not. */
  async #recover(error: unknown, call: FabricCall, nth: number): Promise<void> {
    if (!(error instanceof CallError) || error.stopsRun || error.kind === 'aborted') throw error;
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
      throw error;
    }
    const waitMs = this.#backOff(error, call);
    if (call.attempts >= this.options.attempts) throw error;
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
    if (round !== undefined) limiter.pauseFor(pauseMs(round, retryAfterMs, random));
    else if (retryAfterMs !== undefined) limiter.pauseFor(retryAfterMs);
  }

  /** How long this row has to wait, in ms. */
  #backOff(error: CallError, call: FabricCall): number {
    this.#noteFailure(error);
    const { status, retryAfterMs = 0 } = error.details;
    const waitMs = Math.max(
      backoffMs(call.attempts, this.options.random),
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
