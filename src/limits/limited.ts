import type { Fabric, FabricCall, Reply } from '../fabric/fabric.js';
import type { Limiter } from './limiter.js';

/** The layer that lets a call out when the limiter says so. */
export function limited(next: Fabric, limiter: Limiter): Fabric {
  return {
    run(call: FabricCall): Promise<Reply> {
      const turn = limiter.take();
      return turn === undefined ? next.run(call) : turn.then(() => next.run(call));
    },
    close: () => next.close(),
  };
}
