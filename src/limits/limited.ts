import { CallError } from '../fabric/call-error.js';
import type { Fabric, FabricCall, Reply } from '../fabric/fabric.js';
import type { Limiter } from './limiter.js';
import { type TurnWatch, watchTurn } from './pace/turn-watch.js';
import type { ScoutReport } from './scout.js';
import { TokenTurn } from './tokens/token-limits.js';

/**
 * The layer that lets no call out before its turn. It adds no promise where nobody has to wait. Where tokens are
 * limited, it asks the fabric what a call will take, and tells the limiter what it took; where the rate is to be
 * found, whether the service took the call.
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
    if (this.limiter.countsTokens || this.limiter.probesRate) return this.#runWatched(call);
    const nth = this.limiter.asked;
    const turn = watchTurn(this.limiter.take(), this.watch);
    return turn === undefined ? this.#go(call, nth) : turn.then(() => this.#go(call, nth));
  }

  get inFlight(): number {
    return this.next.inFlight;
  }

  close(): Promise<void> {
    return this.next.close();
  }

  #go(call: FabricCall, nth: number): Promise<Reply> {
    return this.limiter.isScout(nth) ? this.#goAhead(call, nth) : this.next.run(call);
  }

  /** After a pause, the others go when this call was not refused. */
  async #goAhead(call: FabricCall, nth: number): Promise<Reply> {
    try {
      const reply = await this.next.run(call);
      this.limiter.reported(nth, 'taken');
      return reply;
    } catch (error) {
      this.limiter.reported(nth, reportOf(error));
      throw error;
    }
  }

  async #runWatched(call: FabricCall): Promise<Reply> {
    const { next, limiter } = this;
    const nth = limiter.asked;
    const turn = limiter.countsTokens ? new TokenTurn(() => next.estimate?.(call)) : undefined;
    await watchTurn(limiter.take(turn), this.watch);
    const callsBefore = call.calls;
    try {
      const reply = await next.run(call);
      if (turn !== undefined) limiter.settle(turn, reply.usage ?? 'unknown');
      limiter.accepted(nth);
      limiter.reported(nth, 'taken');
      return reply;
    } catch (error) {
      const isSent =
        call.calls > callsBefore && !(error instanceof CallError && error.kind === 'unreachable');
      if (turn !== undefined) limiter.settle(turn, isSent ? 'unknown' : 'not-sent');
      this.#tellRefusal(error, nth);
      limiter.reported(nth, reportOf(error));
      throw error;
    }
  }

  /** A call that the service answered, if only to find fault with its row, was not too fast for it. */
  #tellRefusal(error: unknown, nth: number): void {
    if (!(error instanceof CallError)) return;
    if (error.kind === 'rate-limit') this.limiter.refused(nth);
    else if (error.details.status !== undefined && error.details.status < 500) this.limiter.accepted(nth);
  }
}

/** Whoever hears of the error pauses all calls again where it is one of the service. */
function reportOf(error: unknown): ScoutReport {
  if (!(error instanceof CallError)) return 'taken';
  return error.pausesAll || error.details.status === 503 || error.kind === 'aborted' ? 'refused' : 'taken';
}
