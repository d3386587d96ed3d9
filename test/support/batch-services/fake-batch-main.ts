/**
 * The fake batch APIs as a program of their own, to try fabric files by hand or to be measured against:
 *
 *     npx tsx test/support/batch-services/fake-batch-main.ts --behaviour '{"runningPolls":2,"lines":{"order":"shuffled"}}'
 *
 * Prints its base URL on a line of its own, then serves until SIGINT or SIGTERM. `GET /ledger` has the bill.
 */
import { parseArgs } from 'node:util';
import { startFakeBatchServer } from './fake-batch-server.js';
import type { BatchBehaviour } from './knobs.js';
import { OPENAI_VARIANTS } from './openai-batches.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    /** With commas. */
    keys: { type: 'string', default: 'test-key' },
    variant: { type: 'string', default: 'openai' },
    /** Of each batch, as JSON. */
    behaviour: { type: 'string', default: '{}' },
  },
});

if (!isVariant(values.variant)) throw new Error(`--variant: wanted ${Object.keys(OPENAI_VARIANTS)}`);
const behaviour: BatchBehaviour = JSON.parse(values.behaviour);
const server = await startFakeBatchServer({
  port: Number(values.port),
  keys: values.keys.split(','),
  variant: values.variant,
  behave: () => behaviour,
});
console.log(server.url);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());

function isVariant(name: string): name is keyof typeof OPENAI_VARIANTS {
  return Object.hasOwn(OPENAI_VARIANTS, name);
}
