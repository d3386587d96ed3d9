import { CallError } from '../fabric/call-error.js';
import type { Fabric, FabricCall, Reply } from '../fabric/fabric.js';
import type { Limiter } from './limiter.js';
import { TokenTurn } from './token-limits.js';
import { type TurnWatch, watchTurn } from './turn-watch.js';

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
    const turn = watchTurn(this.limiter.take(), this.watch);
    return turn === undefined ? this.next.run(call) : turn.then(() => this.next.run(call));
  }

  get inAir(): number {
    return this.next.inAir;
  }

  close(): Promise<void> {
    return this.next.close();
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
      return reply;
    } catch (error) {
      const isSent =
        call.calls > callsBefore && !(error instanceof CallError && error.kind === 'unreachable');
      if (turn !== undefined) limiter.settle(turn, isSent ? 'unknown' : 'not-sent');
      this.#tellRefusal(error, nth);
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
