import type { LlamaDefinition } from '../../../src/fabric/definition.js';
import type { FabricCall, Inputs, Repair } from '../../../src/fabric/fabric.js';
import type { JsonObject } from '../../../src/rows/row.js';

export const SCHEMA = {
  type: 'object',
  properties: {
    mood: { enum: ['good', 'bad'] },
    score: { type: 'integer', minimum: -1e12 },
    urgent: { type: 'boolean' },
  },
  required: ['mood', 'score', 'urgent'],
  additionalProperties: false,
} satisfies JsonObject;

export function llamaDefinition(
  model: string,
  { parameters = {}, ...others }: Partial<LlamaDefinition> = {},
): LlamaDefinition {
  return {
    provider: 'llama',
    name: 'tiny',
    model,
    prompt: 'Say something.',
    partials: {},
    onTruncate: 'keep',
    limits: {},
    ...others,
    // More threads than free cores keep each other from working.
    parameters: { n_threads: 1, max_tokens: 40, ...parameters },
  };
}

export function callOf(inputs: Inputs, row = 1, repair?: Repair): FabricCall {
  return { row, inputs, calls: 0, attempts: 0, ...(repair === undefined ? {} : { repair }) };
}

export const render = ({ text }: Inputs) => ({ prompt: `About: ${JSON.stringify(text ?? null)}` });
