import type { Fabric, FabricCall, Reply } from '../fabric/fabric.js';
import type { LiveCounts } from './live-counts.js';

/** The innermost layer: counts the calls in the air. */
export function metered(next: Fabric, counts: LiveCounts): Fabric {
  return {
    run(call: FabricCall): Promise<Reply> {
      counts.inAir++;
      return next.run(call).finally(() => {
        counts.inAir--;
      });
    },
    close: () => next.close(),
  };
}
