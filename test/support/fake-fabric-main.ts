/**
 * The fake fabric service as a program of its own, to try batchai by hand or to be killed by a test:
 *
 *     npx tsx test/support/fake-fabric-main.ts --port 0 --latency 200 --log requests.jsonl
 *
 * Prints its base URL on a line of its own, then serves until SIGINT or SIGTERM.
 */
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type FakeFabricOptions, type RequestEvent, startFakeFabricServer } from './fake-fabric-server.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    latency: { type: 'string', default: '0' },
    'api-key': { type: 'string', default: 'test-key' },
    'key-column': { type: 'string' },
    log: { type: 'string' },
  },
});

const options: FakeFabricOptions = {
  port: wholeNumber('--port', values.port),
  latencyMs: wholeNumber('--latency', values.latency),
  apiKey: values['api-key'],
};
const keyColumn = values['key-column'];
if (keyColumn !== undefined) options.keyColumn = keyColumn;
const logFile = values.log;
if (logFile !== undefined) options.observe = (event) => appendFileSync(logFile, `${logLine(event)}\n`);

const server = await startFakeFabricServer(options);
console.log(server.url);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());

function wholeNumber(option: string, given: string): number {
  if (!/^\d+$/.test(given)) throw new Error(`${option}: wanted a whole number, got "${given}"`);
  return Number(given);
}

/** The key that a caller sent stays out of the log. */
function logLine({ event, at, key, request }: RequestEvent): string {
  const { fabricId, inputs, idempotencyKey, status } = request;
  return JSON.stringify({ event, at, key, fabricId, inputs, idempotencyKey, status });
}
