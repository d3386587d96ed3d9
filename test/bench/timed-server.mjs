// Answers each row after a time of its own and notes when each call arrived. Made for hundreds of calls a second.
//
//   node timed-server.mjs <latencies.json>    an array of ms; the row whose input `id` is n waits the n-th of them
import { readFileSync } from 'node:fs';
import http from 'node:http';

/** @type {number[]} */
const latenciesMs = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
/** @type {number[]} */
let arrivals = [];

const server = http.createServer((request, response) => {
  arrivals.push(performance.now());
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (text) => {
    body += text;
  });
  request.on('end', () => {
    const id = Number(JSON.parse(body).inputs.id);
    setTimeout(
      () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ output: `row ${id}` }));
      },
      latenciesMs[id - 1],
    );
  });
});

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
