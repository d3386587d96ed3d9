import { onTestFinished } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import type { ModelDefinition, RenderedPrompt } from '../../../src/fabric/definition.js';
import type { Fabric, FabricCall, Inputs, Repair } from '../../../src/fabric/fabric.js';
import { type ModelOptions, modelFabric } from '../../../src/fabric/model/model-fabric.js';
import type { JsonObject } from '../../../src/rows/row.js';
import { fakeModelForTest } from '../../support/fake-model-for-test.js';
import type { FakeModelOptions, FakeModelServer } from '../../support/fake-model-server.js';

export const PROVIDERS = ['openai', 'anthropic'] as const;

/** A schema that all strict modes take. */
export const PRODUCT: JsonObject = {
  type: 'object',
  properties: { title: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
  required: ['title', 'tags'],
  additionalProperties: false,
};

export function definitionOf(overrides: Partial<ModelDefinition> = {}): ModelDefinition {
  return {
    name: 'product description',
    provider: 'openai',
    model: 'small-1',
    baseUrl: 'https://models.example/v1',
    keyEnv: 'MODEL_KEY',
    prompt: 'Describe {{ name }}.',
    partials: {},
    parameters: {},
    onTruncate: 'fail',
    limits: {},
    ...overrides,
  };
}

export function render(inputs: Inputs): RenderedPrompt {
  return { system: 'You describe products.', prompt: `Describe ${inputs.name}.` };
}

export interface Connected {
  server: FakeModelServer;
  fabric: Fabric;
  run(row?: number, inputs?: Inputs, repair?: Repair): ReturnType<Fabric['run']>;
}

/** A fabric of a fake model service; both are closed when the test ends. */
export async function connected(
  definition: Partial<ModelDefinition> = {},
  service: FakeModelOptions = {},
  options: Partial<ModelOptions> = {},
): Promise<Connected> {
  const server = await fakeModelForTest(service);
  const fabric = modelFabric({
    definition: definitionOf({ baseUrl: server.url, ...definition }),
    apiKey: 'test-key',
    render,
    runId: 'run-1',
    concurrency: 10,
    timeoutMs: 20_000,
    onLateStart: () => {},
    onHeaders: () => {},
    onUsage: () => {},
    wallNow: () => 0,
    ...options,
  });
  onTestFinished(() => fabric.close());
  return {
    server,
    fabric,
    run: (row = 1, inputs = { name: 'mug' }, repair) => fabric.run(callOf(row, inputs, repair)),
  };
}

export function callOf(row: number, inputs: Inputs = { name: 'mug' }, repair?: Repair): FabricCall {
  return { row, inputs, calls: 0, attempts: 0, ...(repair && { repair }) };
}

export async function failure(call: Promise<unknown>): Promise<CallError> {
  const outcome = await call.catch((error: unknown) => error);
  if (outcome instanceof CallError) return outcome;
  throw new Error(`wanted a CallError, got ${JSON.stringify(outcome)}`);
}
