import { basename, dirname, extname, resolve } from 'node:path';
import type { DefinedLimits, FabricDefinition, ModelDefinition } from '../definition.js';
import { priceOf } from '../price/price-fields.js';
import { BASE_URLS, checkBaseUrl, KEY_VARIABLES } from './check-address.js';
import type { FabricFields } from './fabric-fields.js';
import { outputSchema } from './short-output.js';

/** A definition from fields that have been checked, with every default filled in. */
export function define(
  path: string,
  fields: FabricFields,
  partials: Readonly<Record<string, string>>,
): FabricDefinition {
  const name = fields.name ?? nameOfFile(path);
  const { provider, output, concurrency, price, system, prompt = '', model = '' } = fields;
  const common = {
    name,
    ...(output === undefined ? {} : { output: outputSchema(output) }),
    limits: limitsOf(fields),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(price === undefined ? {} : { price: priceOf(price) }),
  };
  if (provider === 'promptha') {
    const { keyEnv = KEY_VARIABLES.promptha, fabricId = name } = fields;
    const baseUrl = fields.baseUrl === undefined ? {} : { baseUrl: tidy(fields.baseUrl) };
    return { provider, ...common, fabricId, ...baseUrl, keyEnv };
  }
  const asked = {
    ...(system === undefined ? {} : { system }),
    prompt,
    partials,
    parameters: fields.parameters ?? {},
    onTruncate: fields.onTruncate ?? 'fail',
  };
  if (provider === 'llama') {
    return { provider, ...common, ...asked, model: resolve(dirname(path), model) };
  }
  const version = fields.apiVersion === undefined ? {} : { apiVersion: fields.apiVersion };
  const { batchApi, attachments, maxPixels } = fields;
  const batches = batchApi === undefined || batchApi === false ? {} : { batchApi };
  const files = {
    ...(attachments === undefined ? {} : { attachments: [attachments].flat() }),
    ...(maxPixels === undefined ? {} : { maxPixels }),
  };
  return {
    provider,
    ...common,
    ...asked,
    model,
    ...version,
    ...files,
    ...batches,
    ...address(provider, fields),
  };
}

/** What a fabric is called whose file has no name for it. */
export function nameOfFile(path: string): string {
  return basename(path, extname(path));
}

function limitsOf({ limits = {} }: FabricFields): DefinedLimits {
  return {
    ...(limits.requests === undefined ? {} : { requests: String(limits.requests) }),
    ...(limits.tokens === undefined ? {} : { tokens: limits.tokens }),
  };
}

/** The service's own key goes to the service's own address only. */
function address(
  provider: ModelDefinition['provider'],
  fields: FabricFields,
): Pick<ModelDefinition, 'baseUrl' | 'keyEnv'> {
  const baseUrl = tidy(fields.baseUrl ?? BASE_URLS[provider]);
  const keyEnv = fields.keyEnv ?? (baseUrl === BASE_URLS[provider] ? KEY_VARIABLES[provider] : undefined);
  return keyEnv === undefined ? { baseUrl } : { baseUrl, keyEnv };
}

function tidy(baseUrl: string): string {
  const checked = checkBaseUrl(baseUrl);
  return 'baseUrl' in checked ? checked.baseUrl : baseUrl;
}
