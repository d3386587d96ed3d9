import type { ModelDefinition } from '../../../src/fabric/definition.js';

export const OPENAI = 'https://api.openai.com/v1';

/** A fabric for a model at a service. */
export function modelAt(
  baseUrl: string,
  model: string,
  overrides: Partial<ModelDefinition> = {},
): ModelDefinition {
  return {
    name: 'some',
    provider: 'openai',
    model,
    baseUrl,
    prompt: 'p',
    partials: {},
    parameters: {},
    onTruncate: 'fail',
    limits: {},
    ...overrides,
  };
}
