/**
 * The fake batch APIs as a program of their own, to try fabric files by hand or to be measured against:
 *
 *     npx tsx test/support/batch-services/fake-batch-main.ts --behaviour '{"runningPolls":2,"lines":{"order":"shuffled"}}'
 *
 * Prints its base URL on a line of its own, then serves until SIGINT or SIGTERM. `GET /ledger` has the bill.
 */
import { parseArgs } from 'node:util';
import { anthropicBatches } from './anthropic-batches.js';
import { type FakeBatchOptions, startFakeBatchServer } from './fake-batch-server.js';
import { geminiBatches } from './gemini-batches.js';
import type { BatchBehaviour } from './knobs.js';
import { mistralBatches } from './mistral-batches.js';
import { OPENAI_VARIANTS } from './openai-batches.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    /** With commas. */
    keys: { type: 'string', default: 'test-key' },
    /** A variant of OpenAI's API, or `mistral`, `anthropic`, `gemini`. */
    variant: { type: 'string', default: 'openai' },
    /** Of each batch, as JSON. */
    behaviour: { type: 'string', default: '{}' },
  },
});

const behaviour: BatchBehaviour = JSON.parse(values.behaviour);
const server = await startFakeBatchServer({
  port: Number(values.port),
  keys: values.keys.split(','),
  ...servicesOf(values.variant),
  behave: () => behaviour,
});
console.log(values.variant === 'gemini' ? `${server.origin}/v1beta/openai` : server.url);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());

function servicesOf(name: string): Pick<FakeBatchOptions, 'services' | 'variant'> {
  if (name === 'anthropic') return { services: [anthropicBatches()] };
  if (name === 'mistral') return { services: [mistralBatches] };
  if (name === 'gemini') return { services: [geminiBatches()] };
  if (isVariant(name)) return { variant: name };
  throw new Error(`--variant: wanted mistral, anthropic, gemini or one of ${Object.keys(OPENAI_VARIANTS)}`);
}

function isVariant(name: string): name is keyof typeof OPENAI_VARIANTS {
  return Object.hasOwn(OPENAI_VARIANTS, name);
}
