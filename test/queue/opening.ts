import { CallSlots } from '../../src/batch/call-slots.js';
import { LocalExecutor } from '../../src/batch/local-executor.js';
import type { Fabric } from '../../src/fabric/fabric.js';
import type { QueueTimings } from '../../src/queue/protocol/timings.js';
import type { OpenRun } from '../../src/queue/worker/served-run-executor.js';

/** Everything happens sooner than it does in earnest. */
export const SHORT: QueueTimings = {
  lockMs: 1_200,
  stalledMs: 400,
  leaseMs: 1_200,
  sweepMs: 200,
  pollMs: 100,
  askAgainMs: 200,
  keepFileMs: 1_000,
};

/** Opens runs with this fabric behind them. */
export function opening(fabric: Fabric): OpenRun {
  return async (_run, { whileHeld, retried: _retried, waited: _waited, ...sinks }, calls) => {
    const slots = new CallSlots(calls);
    const layered = whileHeld(fabric);
    const executor = new LocalExecutor({
      ...sinks,
      fabric: layered,
      slots,
      backlog: calls,
      wallNow: Date.now,
    });
    return {
      run: (batch) => executor.run(batch),
      get wantsMore() {
        return executor.wantsMore;
      },
      onWant: (listener) => executor.onWant(listener),
      get calls() {
        return { inFlight: fabric.inFlight, forLimit: 0, inBackoff: 0 };
      },
      setShare: (share) => {
        slots.resize(share);
        executor.startRows();
      },
      close: () => executor.close(),
    };
  };
}
