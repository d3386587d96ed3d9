#!/usr/bin/env bash
# What the official client of Mistral sends for the metadata filter of `batch.jobs.list`.
# Believed: `list({ metadata: { job_owner: 'a' } })` asks for the jobs with this metadata, by a parameter `metadata`.
# Seen: the query has no `metadata`: each key of the filter becomes a parameter of its own. A filter on `status` or
# `model` within the metadata becomes the list's own filter of that name.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact @mistralai/mistralai@2.7.0 >/dev/null
echo "@mistralai/mistralai $(node -p "JSON.parse(require('fs').readFileSync('node_modules/@mistralai/mistralai/package.json')).version"), node $(node --version)"
cat > list.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Mistral } from '@mistralai/mistralai';

const server = createServer((request, response) => {
  console.log(new URL(request.url, 'http://localhost').search);
  response.setHeader('content-type', 'application/json').end('{"object":"list","total":0,"data":[]}');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const client = new Mistral({ apiKey: 'the-key', serverURL: `http://127.0.0.1:${server.address().port}` });
const list = (filter) => client.batch.jobs.list({ pageSize: 5, ...filter }).catch((error) => console.log(error.name));
await list({ metadata: { job_owner: 'a' } });
await list({ metadata: { model: 'b' } });
server.close();
JS
node list.mjs | tee seen
echo 'believed: a parameter metadata in both'
diff seen - <<'SEEN'
?created_by_me=false&job_owner=a&order_by=-created&page=0&page_size=5
?created_by_me=false&model=b&order_by=-created&page=0&page_size=5
SEEN
