// Speaks OpenAI's chat completions, and refuses some calls.
//
//   node refusing-server.mjs <refusals.json>
//
// The refusals are { latencyMs, errors, strays, perMinute, bucket }: the n-th calls in `errors` get a 500, those in
// `strays` a 429 that asks for a second, without a wait; a key with `perMinute` has so many calls in any minute, and all
// further ones are refused until there is room; one with a `bucket` has what comes into it, { callsPerSecond }, and what
// it holds, { calls }.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { answerBody } from './service-answers.mjs';

const MINUTE = 60_000;
/** @type {import('./bench-server.js').Refusals} */
const { latencyMs, errors, strays, perMinute, bucket } = JSON.parse(
  readFileSync(process.argv[2] ?? '', 'utf8'),
);
const failing = new Set(errors);
const refused = new Set(strays);
/** @type {import('./bench-server.js').Arrival[]} */
let arrivals = [];
/** When the calls of the last minute came that were taken. @type {number[]} */
let taken = [];
let inBucket = bucket?.calls ?? 0;
let filledAt = 0;
let calls = 0;

const server = http.createServer((request, response) => {
  const at = performance.now();
  const nth = calls++;
  const waitMs = refused.has(nth) ? 1_000 : Math.max(waitForRoomMs(at), waitForBucketMs(at));
  arrivals.push({ at, tokens: 0, isRefused: waitMs > 0 });
  request.resume();
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (waitMs > 0) {
      response.writeHead(429, { 'retry-after': Math.ceil(waitMs / 1_000) });
      response.end(
        '{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}',
      );
      return;
    }
    setTimeout(() => {
      if (failing.has(nth)) {
        response.writeHead(500).end('{"error":{"message":"The server had an error","type":"server_error"}}');
        return;
      }
      response.end(answerBody('openai', `answer ${nth}`, { input: 100, output: 50 }));
    }, latencyMs);
  });
});

/** @param {number} at @returns {number} 0 where the call is taken */
function waitForRoomMs(at) {
  if (perMinute === undefined) return 0;
  taken = taken.filter((time) => time > at - MINUTE);
  if (taken.length >= perMinute) return (taken[0] ?? at) + MINUTE - at;
  taken.push(at);
  return 0;
}

/** @param {number} at @returns {number} 0 where the call is taken */
function waitForBucketMs(at) {
  if (bucket === undefined) return 0;
  const { calls: most, callsPerSecond } = bucket;
  inBucket = Math.min(most, inBucket + ((at - filledAt) * callsPerSecond) / 1_000);
  filledAt = at;
  if (inBucket < 1) return ((1 - inBucket) * 1_000) / callsPerSecond;
  inBucket--;
  return 0;
}

process.on('message', (question) => {
  if (question !== 'take-arrivals') return;
  process.send?.({ event: 'arrivals', arrivals });
  arrivals = [];
  calls = 0;
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
