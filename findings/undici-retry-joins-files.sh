#!/usr/bin/env bash
# A program downloads a CSV with undici's RetryAgent; the connection breaks half-way, and the file has been exported anew.
# Believed: with retries the whole file comes, or an error: undici throws where the ETag has changed.
# Seen: only where the ETag is a strong one. The server of files that Express uses sends weak ones (W/"…"), of which undici
# keeps nothing. It asks for the rest by Range, without If-Range, and nothing about the second answer is compared: not its
# ETag, not Last-Modified, not the size, which has changed as well. The first half of the old file and as much of the new one as
# made up the old one's size arrive as one body of status 200. `interceptors.retry()` does the same, under `fetch` too.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact undici@7.30.2 send@1.2.1 >/dev/null
echo "undici 7.30.2, send 1.2.1, node $(node --version)"
cat > download.mjs <<'JS'
import { once } from 'node:events';
import { utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import send from 'send';
import { Agent, fetch, interceptors, RetryAgent, request } from 'undici';

function write(day, date, rows) {
  writeFileSync('prices.csv', Array.from({ length: rows }, (_, at) => `${10_000 + at},${day}\n`).join(''));
  utimesSync('prices.csv', new Date(date), new Date(date));
}

/** Serves prices.csv. The first connection breaks half-way; then the file is another. */
async function serve(etag) {
  write('mon', '2026-11-23', 20_000);
  const conditions = [];
  const server = createServer((asked, answer) => {
    conditions.push(asked.headers['if-range'] ?? asked.headers['if-match']);
    const file = send(asked, 'prices.csv', { root: process.cwd() });
    if (etag === 'strong')
      file.on('headers', (out, _path, { size, mtimeMs }) => out.setHeader('ETag', `"${size}-${mtimeMs}"`));
    if (conditions.length === 1)
      file.on('stream', (bytes) => {
        let sent = 0;
        bytes.on('data', (part) => {
          sent += part.length;
          if (sent < 90_000) return;
          bytes.pause();
          bytes.unpipe(answer);
          answer.write('', () => {
            write('tue', '2026-11-24', 25_000);
            setTimeout(() => answer.destroy(), 100);
          });
        });
      });
    file.pipe(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, conditions, stop };
}

const retry = { minTimeout: 20 };
const ways = {
  RetryAgent: async (url) => {
    const { statusCode, body } = await request(url, { dispatcher: new RetryAgent(new Agent(), retry) });
    return [statusCode, await body.text()];
  },
  'interceptors.retry, fetch': async (url) => {
    const answer = await fetch(url, { dispatcher: new Agent().compose(interceptors.retry(retry)) });
    return [answer.status, await answer.text()];
  },
};

for (const etag of ['weak', 'strong']) {
  for (const [name, download] of Object.entries(ways)) {
    const server = await serve(etag);
    const outcome = await download(server.url).then(
      ([status, text]) => {
        const days = text.trimEnd().split('\n').map((line) => line.slice(-3));
        const of = (day) => (days.includes(day) ? `rows of ${day}` : `none of ${day}`);
        return `${status}, ${days.length} rows, ${of('mon')}, ${of('tue')}`;
      },
      (error) => (error.cause ?? error).code,
    );
    console.log(`${etag} ETag, ${name}: ${outcome}; asked for the rest ${server.conditions[1] ? 'of this ETag' : 'of any'}`);
    server.stop();
  }
}
JS
node download.mjs | tee seen
echo 'believed: an error or the rows of one day, in all four'
diff seen - <<'SEEN'
weak ETag, RetryAgent: 200, 20000 rows, rows of mon, rows of tue; asked for the rest of any
weak ETag, interceptors.retry, fetch: 200, 20000 rows, rows of mon, rows of tue; asked for the rest of any
strong ETag, RetryAgent: UND_ERR_REQ_RETRY; asked for the rest of this ETag
strong ETag, interceptors.retry, fetch: UND_ERR_REQ_RETRY; asked for the rest of this ETag
SEEN
