/**
 * The fake model service as a program of its own, to try fabric files by hand or to be killed by a test:
 *
 *     npx tsx test/support/fake-model-main.ts --port 0 --latency 200 --log requests.jsonl
 *
 * Prints its base URL on a line of its own, then serves until SIGINT or SIGTERM.
 */
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type FakeModelOptions, startFakeModelServer } from './fake-model-server.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    latency: { type: 'string', default: '0' },
    'api-key': { type: 'string', default: 'test-key' },
    /** Ways of asking for JSON that it does not know, with commas: jsonSchema,jsonObject,tools */
    without: { type: 'string', default: '' },
    log: { type: 'string' },
  },
});

const options: FakeModelOptions = {
  port: wholeNumber('--port', values.port),
  latencyMs: wholeNumber('--latency', values.latency),
  apiKey: values['api-key'],
  supports: Object.fromEntries(values.without.split(',').map((form) => [form, false])),
};
const logFile = values.log;
if (logFile !== undefined) {
  // Headers stay out of it: the key that a caller sent is among them.
  options.observe = ({ event, at, request: { service, url, idempotencyKey, body, status } }) =>
    appendFileSync(logFile, `${JSON.stringify({ event, at, service, url, idempotencyKey, body, status })}\n`);
}

const server = await startFakeModelServer(options);
console.log(server.url);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());

function wholeNumber(option: string, given: string): number {
  if (!/^\d+$/.test(given)) throw new Error(`${option}: wanted a whole number, got "${given}"`);
  return Number(given);
}
