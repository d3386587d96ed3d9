import type { FabricDefinition, ModelDefinition } from '../fabric/definition.js';

/** The batch APIs that there are drivers or profiles for, as a fabric file names them. */
export const BATCH_SERVICES = [
  'openai',
  'groq',
  'azure',
  'together',
  'deepinfra',
  'doubleword',
  'mistral',
  'anthropic',
  'gemini',
] as const;

export type BatchServiceName = (typeof BATCH_SERVICES)[number];

/** Those whose drivers are `validatesLate`. */
export const VALIDATE_LATE: ReadonlySet<BatchServiceName> = new Set(['anthropic', 'gemini']);

const HOSTS: readonly (readonly [host: RegExp, service: BatchServiceName])[] = [
  [/^([a-z0-9-]+\.)?api\.openai\.com$/, 'openai'],
  [/^api\.groq\.com$/, 'groq'],
  [/\.(openai\.azure\.com|cognitiveservices\.azure\.com|services\.ai\.azure\.com)$/, 'azure'],
  [/^api\.together\.(xyz|ai)$/, 'together'],
  [/^api\.deepinfra\.com$/, 'deepinfra'],
  [/^api\.doubleword\.ai$/, 'doubleword'],
  [/^api\.mistral\.ai$/, 'mistral'],
  [/^api\.anthropic\.com$/, 'anthropic'],
  [/^generativelanguage\.googleapis\.com$/, 'gemini'],
];

export type BatchServiceChoice =
  | { readonly service: BatchServiceName; readonly definition: ModelDefinition }
  /** Why there is none: one sentence, for a person. */
  | { readonly problem: string };

/**
 * The batch API of a fabric: the one that is named, or else the one at its address.
 *
 * @param named undefined where nothing but the address tells.
 * @example chooseBatchService(definition, undefined) // { service: 'groq', definition }
 */
export function chooseBatchService(
  definition: FabricDefinition,
  named: BatchServiceName | undefined,
): BatchServiceChoice {
  if (definition.provider === 'llama') {
    return { problem: `${definition.name} runs on this machine, which has no batch API` };
  }
  if (definition.provider === 'promptha') return { problem: 'Promptha has no batch API' };
  const { hostname } = new URL(definition.baseUrl);
  const service = named ?? HOSTS.find(([host]) => host.test(hostname))?.[1];
  if (service === undefined) {
    const others = BATCH_SERVICES.filter((name) => isSpoken(definition, name)).join(', ');
    return {
      problem: `no batch API is known at ${hostname}; where it has one, name it in the fabric file, as in batchApi: ${definition.provider} (${others})`,
    };
  }
  if (!isSpoken(definition, service)) {
    return {
      problem: `the batch API of ${service} takes no requests of provider ${definition.provider}`,
    };
  }
  return { service, definition };
}

/** Every service takes the requests of one provider. */
function isSpoken({ provider }: ModelDefinition, service: BatchServiceName): boolean {
  return provider === PROVIDERS[service];
}

const PROVIDERS: Readonly<Record<BatchServiceName, ModelDefinition['provider']>> = {
  openai: 'openai',
  groq: 'openai',
  azure: 'openai',
  together: 'openai',
  deepinfra: 'openai',
  doubleword: 'openai',
  mistral: 'openai',
  anthropic: 'anthropic',
  // Its driver makes requests of another form out of the same fabric.
  gemini: 'openai',
};
