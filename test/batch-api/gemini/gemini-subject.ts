import type { ModelDefinition } from '../../../src/fabric/definition.js';
import type { ContractSubject } from '../../contracts/batch-service-contract.js';
import type { FakeBatchServer } from '../../support/batch-services/fake-batch-server.js';
import { geminiBatches } from '../../support/batch-services/gemini-batches.js';
import { chatDefinition, driver } from '../some-drivers.js';

export function geminiDefinition(fake: FakeBatchServer): ModelDefinition {
  const baseUrl = `${fake.origin}/v1beta/openai`;
  return { ...chatDefinition(fake), model: 'gemini-2.5-flash', baseUrl };
}

/** Gemini's driver and a fake of its service. */
export const GEMINI: ContractSubject = {
  fake: { services: [geminiBatches()] },
  definition: geminiDefinition,
  open: driver('gemini'),
  steps: ['uploading', 'uploaded', 'creating'],
  found: 'one',
  routes: {
    create: 'POST /v1beta/models/gemini-2.5-flash:batchGenerateContent',
    poll: 'GET /v1beta/batches/*',
    results: 'GET /download/v1beta/files/*:download',
  },
  tellsUnrunRows: { expired: false, cancelled: true },
  // It has no word for it.
  whileCancelling: 'running',
  keepsExpiredResults: false,
};

/** The same with a service that has odd ways. */
export function geminiWith(options: Parameters<typeof geminiBatches>[0]): ContractSubject {
  return { ...GEMINI, fake: { services: [geminiBatches(options)] } };
}
