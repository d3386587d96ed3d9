#!/usr/bin/env bash
# What the official client of Gemini tells of a batch.
# Believed: `batches.get` says how many requests are done, why a batch failed, and where its output is.
# Seen: counts (`batchStats`) and the reason of a failure (`error`) are dropped, and so is an output that stands in the
# operation's `response` alone: a person sees JOB_STATE_FAILED and nothing else.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact @google/genai@2.32.0 >/dev/null
echo "@google/genai $(node -p "JSON.parse(require('fs').readFileSync('node_modules/@google/genai/package.json')).version"), node $(node --version)"
cat > get.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { GoogleGenAI } from '@google/genai';

let operation = {};
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(operation));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const baseUrl = `http://127.0.0.1:${server.address().port}`;
const client = new GoogleGenAI({ apiKey: 'the-key', httpOptions: { baseUrl } });
const tell = async (name, state, more) => {
  const batchStats = { requestCount: '3', successfulRequestCount: '2' };
  operation = { name: 'batches/a', done: true, metadata: { batchStats, state }, ...more };
  const { sdkHttpResponse: _, ...batch } = await client.batches.get({ name: 'batches/a' });
  console.log(`${name}: ${JSON.stringify(batch)}`);
};
await tell('failed', 'BATCH_STATE_FAILED', { error: { code: 3, message: 'line 7 is no request' } });
await tell('succeeded', 'BATCH_STATE_SUCCEEDED', { response: { responsesFile: 'files/x' } });
server.close();
JS
node get.mjs | tee seen
echo 'believed: 3 requests of which 2 are done, "line 7 is no request", files/x'
diff seen - <<'SEEN'
failed: {"name":"batches/a","state":"JOB_STATE_FAILED"}
succeeded: {"name":"batches/a","state":"JOB_STATE_SUCCEEDED"}
SEEN
