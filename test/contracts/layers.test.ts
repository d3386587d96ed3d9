import { CallError } from '../../src/fabric/call-error.js';
import type { Fabric } from '../../src/fabric/fabric.js';
import { limited } from '../../src/limits/limited.js';
import { Limiter } from '../../src/limits/limiter.js';
import { retrying } from '../../src/limits/retry/retrying.js';
import { FakeClock } from '../limits/fake-clock.js';
import { fabricContract } from './fabric-contract.js';

/** A fabric that answers with its inputs, and refuses what it is told to refuse. */
function echo(): Fabric {
  let closed = false;
  return {
    async run(call) {
      call.calls++;
      if (closed) throw new CallError('aborted', 'the run stopped');
      if (call.inputs.text === 'refuse me') throw new CallError('refused', 'the service answered 400: no');
      return { answer: structuredClone(call.inputs), latencyMs: 0 };
    },
    inFlight: 0,
    async close() {
      closed = true;
    },
  };
}

/** Needs no clock: it has no rate to keep. */
const unlimited = () => new Limiter({ rate: 'none', clock: new FakeClock() });
const failing = { inputs: { text: 'refuse me' }, kind: 'refused' } as const;

fabricContract('the limiting layer', {
  open: async () => limited(echo(), unlimited()),
  failing,
});

fabricContract('the limiting layer where tokens are counted', {
  open: async () =>
    limited(echo(), new Limiter({ rate: 'none', tokensPerMinute: 1e9, clock: new FakeClock() })),
  failing,
});

fabricContract('the retrying layer', {
  open: async () =>
    retrying(echo(), { attempts: 3, limiter: unlimited(), clock: new FakeClock(), random: () => 0.5 }),
  failing,
  attemptsPerCall: 1,
});
