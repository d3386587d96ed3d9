import type { Fabric } from '../fabric/fabric.js';
import type { Limiter } from './limiter.js';

/** The layer that lets no call out before its turn. It adds no promise where nobody has to wait. */
export function limited(next: Fabric, limiter: Limiter): Fabric {
  return {
    run(call) {
      const turn = limiter.take();
      return turn === undefined ? next.run(call) : turn.then(() => next.run(call));
    },
    get inAir() {
      return next.inAir;
    },
    close: () => next.close(),
  };
}
