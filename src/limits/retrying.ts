import { CallError } from '../fabric/call-error.js';
import type { Fabric, FabricCall, Reply } from '../fabric/fabric.js';
import type { Clock } from './clock.js';
import type { Limiter } from './limiter.js';
import { Outage } from './outage.js';
import { backoffMs } from './retry-policy.js';
import { Waits } from './waits.js';

export interface RetryOptions {
  /** Calls a row may cost, the first included. */
  readonly attempts: number;
  /** What everybody pauses at. */
  readonly limiter: Limiter;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  /** Ends all waiting: the run stops. */
  readonly signal: AbortSignal;
  /** Runs a wait of a single row in such a way that it holds up no other. */
  readonly whileWaiting: (wait: () => Promise<void>) => Promise<void>;
  readonly onRetry: (error: CallError) => void;
}

/** The layer that tries a call again where that may help; see retry-policy.ts for what becomes of which error. */
export function retrying(next: Fabric, options: RetryOptions): Fabric {
  const { clock, limiter } = options;
  const outage = new Outage(options.attempts, options.random);
  const waits = new Waits(clock, options.signal);

  return {
    async run(call: FabricCall): Promise<Reply> {
      for (;;) {
        const startedAt = clock.now();
        try {
          const reply = await next.run(call);
          call.attempts++;
          outage.answered();
          return reply;
        } catch (error) {
          if (!(error instanceof CallError)) throw error;
          await beforeNextTry(error, call, startedAt);
        }
      }
    },
    close: () => next.close(),
  };

  /** Waits where another try may help; throws the error, or a better one, where it does not. */
  async function beforeNextTry(error: CallError, call: FabricCall, startedAt: number): Promise<void> {
    if (error.pausesAll) {
      const pause = outage.refused(error, startedAt, clock.now());
      giveUpInTime(error);
      if (pause !== undefined) limiter.pauseFor(pause);
      options.onRetry(error);
      return;
    }
    if (error.stopsRun || error.kind === 'aborted') throw error;
    call.attempts++;
    if (!error.costsAttempt) {
      // The service looked at the row and said no: it is there, and it works.
      outage.answered();
      throw error;
    }
    outage.failed(clock.now());
    giveUpInTime(error);
    if (call.attempts >= options.attempts) throw error;
    const wait = Math.max(backoffMs(call.attempts, options.random), error.details.retryAfterMs ?? 0);
    if (error.details.status === 503) limiter.pauseFor(wait);
    options.onRetry(error);
    await options.whileWaiting(() => waits.sleep(wait));
  }

  function giveUpInTime(error: CallError): void {
    if (error.kind === 'unreachable' && outage.isHopeless()) {
      throw new CallError('misconfigured', error.message, error.details);
    }
    if (outage.isTooLong(clock.now())) {
      throw new CallError('no-success', `no call was answered for 15 minutes; the last one: ${error.message}`, error.details);
    }
  }
}
