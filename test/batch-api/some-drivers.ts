import { openBatchService } from '../../src/batch-api/open-batch-service.js';
import type { BatchServiceName } from '../../src/batch-api/service-name.js';
import type { ModelDefinition } from '../../src/fabric/definition.js';
import type { ContractSubject } from '../contracts/batch-service-contract.js';
import type { FakeBatchServer } from '../support/batch-services/fake-batch-server.js';

/** A fabric at a fake that speaks OpenAI's API. */
export function chatDefinition({ url }: FakeBatchServer): ModelDefinition {
  return {
    name: 'described',
    provider: 'openai',
    model: 'gpt-6-luna',
    baseUrl: url,
    prompt: '{{ text }}',
    partials: {},
    parameters: {},
    onTruncate: 'fail',
    limits: {},
  };
}

export function driver(name: BatchServiceName): ContractSubject['open'] {
  return (definition, { apiKey, clock }) =>
    openBatchService(name, {
      definition,
      apiKey,
      clock,
      proxy: undefined,
      timeoutMs: 20_000,
      random: () => 0,
    });
}

/** What a driver of OpenAI's API promises beside the rest. */
export const OPENAI_SUBJECT = {
  definition: chatDefinition,
  steps: ['uploading', 'uploaded', 'creating'],
  found: 'one',
  routes: {
    create: 'POST /v1/batches',
    poll: 'GET /v1/batches/*',
    results: 'GET /v1/files/*/content',
  },
  tellsUnrunRows: { expired: true, cancelled: true },
  keepsExpiredResults: true,
} as const;
