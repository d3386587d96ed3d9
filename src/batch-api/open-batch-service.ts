import { anthropicBatchService } from './anthropic/anthropic-service.js';
import type { BatchService } from './batch-service.js';
import type { DriverOptions } from './driver-options.js';
import { geminiBatchService } from './gemini/gemini-service.js';
import { mistralBatchService } from './mistral/mistral-service.js';
import { openaiBatchService } from './openai/openai-service.js';
import { OPENAI_PROFILES } from './openai/profiles.js';
import type { BatchServiceName } from './service-name.js';

type OpenDriver = (options: DriverOptions) => BatchService;

const DRIVERS: Readonly<Record<BatchServiceName, OpenDriver>> = {
  openai: (options) => openaiBatchService(OPENAI_PROFILES.openai, options),
  groq: (options) => openaiBatchService(OPENAI_PROFILES.groq, options),
  azure: (options) => openaiBatchService(OPENAI_PROFILES.azure, options),
  together: (options) => openaiBatchService(OPENAI_PROFILES.together, options),
  deepinfra: (options) => openaiBatchService(OPENAI_PROFILES.deepinfra, options),
  doubleword: (options) => openaiBatchService(OPENAI_PROFILES.doubleword, options),
  mistral: mistralBatchService,
  anthropic: anthropicBatchService,
  gemini: geminiBatchService,
};

/** Opens the driver that `chooseBatchService` chose. Who opens it closes it. */
export function openBatchService(service: BatchServiceName, options: DriverOptions): BatchService {
  return DRIVERS[service](options);
}
