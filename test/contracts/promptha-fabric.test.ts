import { afterAll, beforeAll } from 'vitest';
import { prompthaFabric } from '../../src/fabric/promptha/promptha-fabric.js';
import { type FakeFabricServer, startFakeFabricServer } from '../support/fake-fabric-server.js';
import { fabricContract } from './fabric-contract.js';

let server: FakeFabricServer | undefined;
let hangs = 0;
/** Resolves `twoHang` when both hanging calls have arrived. */
let secondArrived = () => {};
const twoHang = new Promise<void>((resolve) => {
  secondArrived = resolve;
});

beforeAll(async () => {
  server = await startFakeFabricServer({
    answer: ({ inputs }) => ({ seen: inputs }),
    behave: ({ inputs }) => {
      if (inputs.text === 'too short')
        return { kind: 'status', status: 422, body: { message: 'The text is too short.\nTry more.' } };
      if (inputs.text !== 'hang') return undefined;
      if (++hangs === 2) secondArrived();
      return { kind: 'hang' };
    },
  });
});
afterAll(() => server?.close());

fabricContract('the Promptha client', {
  open: async () => {
    if (server === undefined) throw new Error('wanted a server, got none');
    return prompthaFabric({
      baseUrl: server.url,
      apiKey: 'test-key',
      fabricId: 'description',
      runId: 'run',
      concurrency: 4,
      timeoutMs: 60_000,
      onLateStart: () => {},
      onHeaders: () => {},
      onUsage: () => {},
      wallNow: () => 0,
    });
  },
  failing: { inputs: { text: 'too short' }, kind: 'unprocessable' },
  hanging: { inputs: { text: 'hang' }, inFlight: () => twoHang },
});
