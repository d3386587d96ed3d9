import type { Fabric, FabricCall, Reply } from '../../fabric/fabric.js';
import { type TurnWatch, watchTurn } from '../pace/turn-watch.js';
import type { SharedTurns, TurnStore } from './shared-turns.js';

/** The layer that keeps to a limit shared with other processes. It stands inside the process's own limiter. */
export function withSharedLimit(
  next: Fabric,
  turns: SharedTurns,
  store: TurnStore,
  watch?: TurnWatch,
): Fabric {
  const estimate = next.estimate?.bind(next);
  return {
    async run(call: FabricCall): Promise<Reply> {
      const { input, output } = estimate?.(call) ?? { input: 0, output: 0 };
      const reserved = input + output;
      await watchTurn(turns.take(reserved), watch);
      const reply = await next.run(call);
      const { usage } = reply;
      if (usage !== undefined) store.settle(usage.input + usage.output - reserved);
      return reply;
    },
    ...(estimate === undefined ? {} : { estimate }),
    get inFlight() {
      return next.inFlight;
    },
    close: () => next.close(),
  };
}
