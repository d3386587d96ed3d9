import { CallError } from '../fabric/call-error.js';
import type { Fabric, FabricCall, Reply } from '../fabric/fabric.js';
import type { Limiter } from './limiter.js';
import { type TurnWatch, watchTurn } from './pace/turn-watch.js';
import type { ScoutReport } from './scout.js';
import { TokenTurn } from './tokens/token-limits.js';

/**
 * The layer that holds each call until its turn. It adds no promise where the call need not wait. Where tokens are
 * limited, it gives the limiter the fabric's estimate and the call's usage; where the limiter finds the rate itself,
 * whether the service took the call.
 *
 * @example
 * const fabric = retrying(limited(client, limiter), { limiter, attempts: 3, clock, random });
 */
export function limited(next: Fabric, limiter: Limiter, watch?: TurnWatch): Fabric {
  return new Limited(next, limiter, watch);
}

class Limited implements Fabric {
  constructor(
    private readonly next: Fabric,
    private readonly limiter: Limiter,
    private readonly watch: TurnWatch | undefined,
  ) {}

  run(call: FabricCall): Promise<Reply> {
    if (this.limiter.countsTokens) return this.#runCounting(call);
    const nth = this.limiter.asked;
    const turn = watchTurn(this.limiter.take(), this.watch);
    return turn === undefined ? this.#call(call, nth) : turn.then(() => this.#call(call, nth));
  }

  get inFlight(): number {
    return this.next.inFlight;
  }

  close(): Promise<void> {
    return this.next.close();
  }

  #call(call: FabricCall, nth: number): Promise<Reply> {
    const { limiter } = this;
    return limiter.isScout(nth) || limiter.isProbing ? this.#callReporting(call, nth) : this.next.run(call);
  }

  /** Calls, and reports to the limiter whether the service took the call. */
  async #callReporting(call: FabricCall, nth: number): Promise<Reply> {
    const { limiter } = this;
    try {
      const reply = await this.next.run(call);
      limiter.accepted(nth);
      limiter.report(nth, 'taken');
      return reply;
    } catch (error) {
      this.#reportRefusal(error, nth);
      limiter.report(nth, reportOf(error));
      throw error;
    }
  }

  async #runCounting(call: FabricCall): Promise<Reply> {
    const { next, limiter } = this;
    const nth = limiter.asked;
    const turn = new TokenTurn(() => next.estimate?.(call));
    await watchTurn(limiter.take(turn), this.watch);
    const callsBefore = call.calls;
    try {
      const reply = await this.#call(call, nth);
      limiter.settle(turn, reply.usage ?? 'unknown');
      return reply;
    } catch (error) {
      const isSent =
        call.calls > callsBefore && !(error instanceof CallError && error.kind === 'unreachable');
      limiter.settle(turn, isSent ? 'unknown' : 'not-sent');
      throw error;
    }
  }

  /** A call that the service answered was not too fast for it, even where it found fault with the row. */
  #reportRefusal(error: unknown, nth: number): void {
    if (!(error instanceof CallError)) return;
    if (error.kind === 'rate-limit') this.limiter.refused(nth);
    else if (error.details.status !== undefined && error.details.status < 500) this.limiter.accepted(nth);
  }
}

/** `refused` for the errors on which the retry layer pauses all calls again. */
function reportOf(error: unknown): ScoutReport {
  if (!(error instanceof CallError)) return 'taken';
  return error.pausesAll || error.details.status === 503 || error.kind === 'aborted' ? 'refused' : 'taken';
}
