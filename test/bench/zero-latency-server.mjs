// Answers every call at once and always the same, faster than any client here can ask, so that what is measured
// is the client: about 80,000 calls/s on a core where undici asks for 25,000 to 45,000. node:http would be the
// bottleneck itself, hence this server speaks to the socket. It knows of HTTP/1.1 what our clients send:
// keep-alive and a content-length.
//
//   node zero-latency-server.mjs [promptha | openai | anthropic] [calls] [text]
//
// announces by IPC when the first call came, and when that many were answered. A message { fail, announceEvery } has it
// refuse every n-th call, or the first n, with a 422, and announce every so many calls; counts begin anew with it.
import net from 'node:net';
import { RequestCounter } from './request-counter.mjs';
import { answerBody } from './service-answers.mjs';

const USUAL_TEXT =
  'A compact everyday product, made to last: it does one thing well, fits in any bag and needs no manual at all. Care: a damp cloth.';

const [service = 'promptha', announceAfter = 'Infinity', text = USUAL_TEXT] = process.argv.slice(2);
const body = answerBody(/** @type {import('./bench-server.js').Service} */ (service), text, {
  input: 82,
  output: 31,
});
const RESPONSE = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
);
const REFUSAL = Buffer.from(
  'HTTP/1.1 422 Unprocessable Entity\r\ncontent-type: application/json\r\ncontent-length: 39\r\n\r\n{"error":{"message":"cannot use this"}}',
);
const announceAt = Number(announceAfter);
let calls = 0;
let announceEvery = Number.POSITIVE_INFINITY;
/** @type {import('./bench-server.js').Failing} */
let failing = { kind: 'none' };

const server = net.createServer({ noDelay: true }, (socket) => {
  const counter = new RequestCounter();
  socket.on('data', (chunk) => {
    const completed = counter.completedBy(chunk);
    if (completed === 0) return;
    socket.write(completed === 1 ? responseTo(calls + 1) : responsesTo(completed));
    count(completed);
  });
  socket.on('error', () => socket.destroy()); // a killed client resets its connections
});

/** @param {number} completed */
function responsesTo(completed) {
  return Buffer.concat(Array.from({ length: completed }, (_, index) => responseTo(calls + 1 + index)));
}

/** @param {number} nth of the calls, from 1 */
function responseTo(nth) {
  if (failing.kind === 'none') return RESPONSE;
  const isRefused = failing.kind === 'every' ? nth % failing.calls === 0 : nth <= failing.calls;
  return isRefused ? REFUSAL : RESPONSE;
}

/** @param {number} completed */
function count(completed) {
  const before = calls;
  calls += completed;
  if (before === 0) process.send?.({ event: 'first-call', at: Date.now() });
  if (before < announceAt && calls >= announceAt) process.send?.({ event: 'announced', calls });
  if (Math.floor(before / announceEvery) < Math.floor(calls / announceEvery))
    process.send?.({ event: 'passed', calls });
}

process.on('message', (/** @type {any} */ question) => {
  if (typeof question === 'object') {
    ({ failing = failing, announceEvery = announceEvery } = question);
    calls = 0;
    return;
  }
  if (question !== 'take-calls') return;
  process.send?.({ event: 'calls', calls });
  calls = 0;
});
process.on('disconnect', () => process.exit()); // never outlives the bench

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  if (process.send) process.send({ event: 'listening', port });
  else console.log(`http://127.0.0.1:${port}`); // started by hand, for wrk
});
