#!/usr/bin/env bash
# What the official client of Anthropic does with a blank line among the results of a Message Batch.
# Believed: results are JSONL, whose readers pass over blank lines, and each result stands for itself.
# Seen: a blank line ends the iteration with a SyntaxError: the results behind it, which are paid for, are never given.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact @anthropic-ai/sdk@1.14.0 >/dev/null
echo "@anthropic-ai/sdk $(node -p "JSON.parse(require('fs').readFileSync('node_modules/@anthropic-ai/sdk/package.json')).version"), node $(node --version)"
cat > read.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';

const line = (id) => JSON.stringify({ custom_id: id, result: { type: 'expired' } });
let lines = '';
let origin = '';
const service = createServer((request, response) => {
  if (request.url.endsWith('/results')) return response.end(lines);
  const batch = { id: 'msgbatch_1', processing_status: 'ended', results_url: `${origin}/results` };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(batch));
}).listen(0, '127.0.0.1');
await once(service, 'listening');
origin = `http://127.0.0.1:${service.address().port}`;
const client = new Anthropic({ apiKey: 'the-key', baseURL: origin, maxRetries: 0 });
for (const [name, between] of [['no blank line', line('b')], ['a blank line', '']]) {
  lines = `${line('a')}\n${between}\n${line('c')}\n`;
  const ids = [];
  try {
    for await (const { custom_id: id } of await client.messages.batches.results('msgbatch_1')) ids.push(id);
    console.log(`${name}: ${ids}`);
  } catch (error) {
    console.log(`${name}: ${ids}, then ${error.constructor.name}`);
  }
}
service.close();
JS
node read.mjs | tee seen
echo 'believed: a,b,c and a,c'
diff seen - <<'SEEN'
no blank line: a,b,c
a blank line: a, then SyntaxError
SEEN
