import type { ModelDefinition } from '../../../src/fabric/definition.js';
import type { ContractSubject } from '../../contracts/batch-service-contract.js';
import { anthropicBatches } from '../../support/batch-services/anthropic-batches.js';
import type { FakeBatchServer } from '../../support/batch-services/fake-batch-server.js';
import { chatDefinition, driver } from '../some-drivers.js';

export function anthropicDefinition(fake: FakeBatchServer): ModelDefinition {
  return { ...chatDefinition(fake), provider: 'anthropic', model: 'claude-haiku-5' };
}

/** Anthropic's driver and a fake of its service. */
export const ANTHROPIC: ContractSubject = {
  fake: { services: [anthropicBatches()] },
  definition: anthropicDefinition,
  open: driver('anthropic'),
  steps: ['creating'],
  found: 'unsure',
  routes: {
    create: 'POST /v1/messages/batches',
    poll: 'GET /v1/messages/batches/*',
    results: 'GET /v1/messages/batches/*/results',
  },
  tellsUnrunRows: { expired: true, cancelled: true },
  keepsExpiredResults: true,
};
