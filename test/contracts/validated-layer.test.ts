import { validated } from '../../src/fabric/answer/validated.js';
import { CallError } from '../../src/fabric/call-error.js';
import type { Fabric } from '../../src/fabric/fabric.js';
import { fabricContract } from './fabric-contract.js';

/** A fabric that answers with its inputs as a model would, and with a question where it is asked to. */
function echo(): Fabric {
  let closed = false;
  return {
    async run(call) {
      call.calls++;
      if (closed) throw new CallError('aborted', 'the run stopped');
      const answer =
        call.inputs.text === 'ask me' ? 'What do you mean?' : `Here: ${JSON.stringify(call.inputs)}`;
      return { answer, latencyMs: 0 };
    },
    inFlight: 0,
    async close() {
      closed = true;
    },
  };
}

fabricContract('the validating layer', {
  open: async () => validated(echo(), { type: 'object', properties: { text: { type: 'string' } } }),
  failing: { inputs: { text: 'ask me' }, kind: 'bad-answer' },
});
