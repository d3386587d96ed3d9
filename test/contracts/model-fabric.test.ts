import { afterAll, beforeAll } from 'vitest';
import type { ModelDefinition } from '../../src/fabric/definition.js';
import { modelFabric } from '../../src/fabric/model/model-fabric.js';
import { definitionOf, PROVIDERS } from '../fabric/model/connected.js';
import { type FakeModelServer, startFakeModelServer } from '../support/fake-model-server.js';
import { fabricContract } from './fabric-contract.js';

const hangs = { openai: 0, anthropic: 0 };
/** Called when both hanging calls of a provider have arrived. */
const arrived: Record<string, () => void> = {};
let server: FakeModelServer | undefined;

beforeAll(async () => {
  server = await startFakeModelServer({
    answer: ({ prompt }) => ({ seen: prompt }),
    behave: ({ prompt, service }) => {
      if (prompt.includes('too short')) {
        return {
          kind: 'status',
          status: 422,
          body: { error: { message: 'The text is too short.\nTry more.' } },
        };
      }
      if (!prompt.includes('hang')) return undefined;
      if (++hangs[service] === 2) arrived[service]?.();
      return { kind: 'hang' };
    },
  });
});
afterAll(() => server?.close());

for (const provider of PROVIDERS) contractOf(provider);

function contractOf(provider: ModelDefinition['provider']): void {
  const twoHang = new Promise<void>((resolve) => {
    arrived[provider] = resolve;
  });
  fabricContract(`the client of models that speaks ${provider}`, {
    open: async () => {
      if (server === undefined) throw new Error('wanted a server, got none');
      return modelFabric({
        definition: definitionOf({ provider, baseUrl: server.url }),
        apiKey: 'test-key',
        render: (inputs) => ({ prompt: JSON.stringify(inputs) }),
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
}
