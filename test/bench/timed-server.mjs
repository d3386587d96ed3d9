// Answers each row after a time of its own and notes when each call arrived. Made for hundreds of calls a second.
//
//   node timed-server.mjs <latencies.json> [calls]
//
// The latencies are an array of ms, or one for each fabric by its id; the row whose input `id` is n waits the n-th of
// them. Where a number of calls is
// given, it takes so many in any second, and refuses the others with nothing but a 429.
import { readFileSync } from 'node:fs';
import http from 'node:http';

/** @type {number[] | Record<string, number[]>} */
const latenciesMs = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const callsPerSecond = Number(process.argv[3] ?? Number.POSITIVE_INFINITY);
/** @type {import('./bench-server.js').Arrival[]} */
let arrivals = [];
/** When the calls of the last second came that were taken. @type {number[]} */
let taken = [];

const server = http.createServer((request, response) => {
  const at = performance.now();
  const isRefused = isTooMany(at);
  arrivals.push({ at, tokens: 0, isRefused });
  if (isRefused) {
    request.resume();
    response.writeHead(429).end();
    return;
  }
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (text) => {
    body += text;
  });
  request.on('end', () => {
    const { fabricId, inputs } = JSON.parse(body);
    const id = Number(inputs.id);
    const ofFabric = Array.isArray(latenciesMs) ? latenciesMs : (latenciesMs[fabricId] ?? []);
    setTimeout(
      () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ output: `row ${id}` }));
      },
      ofFabric[id - 1],
    );
  });
});

/** @param {number} at */
function isTooMany(at) {
  if (callsPerSecond === Number.POSITIVE_INFINITY) return false;
  taken = taken.filter((time) => time > at - 1_000);
  if (taken.length >= callsPerSecond) return true;
  taken.push(at);
  return false;
}

process.on('message', (question) => {
  if (question !== 'take-arrivals') return;
  process.send?.({ event: 'arrivals', arrivals });
  arrivals = [];
});
process.on('disconnect', () => process.exit()); // never outlives the bench

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({
    event: 'listening',
    port: address !== null && typeof address === 'object' ? address.port : 0,
  });
});
