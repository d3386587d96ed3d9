import { CallError } from '../../fabric/call-error.js';
import type { Fabric, FabricCall, Reply } from '../../fabric/fabric.js';
import { layerOver } from '../../fabric/layer.js';
import { type TurnWatch, watchTurn } from '../pace/turn-watch.js';
import type { RateFinder, SharedLimit, SharedTurns } from './shared-turns.js';

/** The layer that keeps to a limit shared with other processes. It stands inside the process's own limiter. */
export function withSharedLimit(
  next: Fabric,
  turns: SharedTurns,
  store: Pick<SharedLimit, 'settle' | 'finder'>,
  watch?: TurnWatch,
): Fabric {
  const estimate = next.estimate?.bind(next);
  return layerOver(next, async (call) => {
    const { input, output } = estimate?.(call) ?? { input: 0, output: 0 };
    const reserved = input + output;
    const turn = turns.take(reserved);
    const isHeldBack = turns.waiting > 0;
    await watchTurn(turn, watch);
    // Told along with the start: whoever has not started yet says nothing of the pace.
    if (isHeldBack) store.finder?.heldBack();
    const reply = await (store.finder ? runReporting(next, call, store.finder) : next.run(call));
    const { usage } = reply;
    if (usage !== undefined) store.settle(usage.input + usage.output - reserved);
    return reply;
  });
}

/** A call that the service answered was not too fast for it, even where it found fault with the row. */
async function runReporting(next: Fabric, call: FabricCall, finder: RateFinder): Promise<Reply> {
  const startedAt = finder.now();
  finder.started(startedAt);
  try {
    const reply = await next.run(call);
    finder.taken(startedAt);
    return reply;
  } catch (error) {
    if (error instanceof CallError) {
      const { status } = error.details;
      if (error.kind === 'rate-limit') finder.refused(startedAt);
      else if (status !== undefined && status < 500) finder.taken(startedAt);
    }
    throw error;
  }
}
