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
    if (this.limiter.countsTokens || this.limiter.probesRate) return this.#runReporting(call);
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
    return this.limiter.isScout(nth) ? this.#callAsScout(call, nth) : this.next.run(call);
  }

  /** Calls as the scout after a pause, and reports to the limiter, which holds the other calls meanwhile. */
  async #callAsScout(call: FabricCall, nth: number): Promise<Reply> {
    try {
      const reply = await this.next.run(call);
      this.limiter.report(nth, 'taken');
      return reply;
    } catch (error) {
      this.limiter.report(nth, reportOf(error));
      throw error;
    }
  }

  async #runReporting(call: FabricCall): Promise<Reply> {
    const { next, limiter } = this;
    const nth = limiter.asked;
    const turn = limiter.countsTokens ? new TokenTurn(() => next.estimate?.(call)) : undefined;
    await watchTurn(limiter.take(turn), this.watch);
    const callsBefore = call.calls;
    try {
      const reply = await next.run(call);
      if (turn !== undefined) limiter.settle(turn, reply.usage ?? 'unknown');
      limiter.accepted(nth);
      limiter.report(nth, 'taken');
      return reply;
    } catch (error) {
      const isSent =
        call.calls > callsBefore && !(error instanceof CallError && error.kind === 'unreachable');
      if (turn !== undefined) limiter.settle(turn, isSent ? 'unknown' : 'not-sent');
      this.#reportRefusal(error, nth);
      limiter.report(nth, reportOf(error));
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
