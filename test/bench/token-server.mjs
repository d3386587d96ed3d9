// A service of models that counts tokens. Every call takes as many as its prompt has, by its length, and as many as
// the answer to its row has; all of them count from the call's arrival. It refuses nothing: it notes what it saw.
//
//   node token-server.mjs <answers.json>    an array of { tokens, latencyMs }; the ticket n has the n-th of them
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { answerBody } from './service-answers.mjs';

const CHARACTERS_PER_TOKEN = 4;
/** Of what services put around each message, and at the beginning of the answer. */
const TOKENS_PER_MESSAGE = 4;

/** @type {{ tokens: number, latencyMs: number }[]} */
const answers = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
/** @type {import('./bench-server.js').Arrival[]} */
let arrivals = [];

const server = http.createServer((request, response) => {
  const at = performance.now();
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (text) => {
    body += text;
  });
  request.on('end', () => {
    /** @type {{ messages: { content: string }[] }} */
    const { messages } = JSON.parse(body);
    const row = Number(/^Ticket (\d+)/.exec(messages.at(-1)?.content ?? '')?.[1]);
    const { tokens: output, latencyMs } = answers[row - 1] ?? { tokens: 0, latencyMs: 0 };
    const input = tokensOf(messages);
    arrivals.push({ at, tokens: input + output, isRefused: false });
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(answerBody('openai', `ticket ${row}`, { input, output }));
    }, latencyMs);
  });
});

/** @param {{ content: string }[]} messages */
function tokensOf(messages) {
  return messages.reduce(
    (sum, { content }) => sum + TOKENS_PER_MESSAGE + Math.ceil(content.length / CHARACTERS_PER_TOKEN),
    0,
  );
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
