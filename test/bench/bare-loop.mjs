// The least that a program making these calls can do: no file is read or written, nothing is paced or retried.
// batchai's rows/s are given as a share of this. Plain JavaScript, so that no loader is in its start-up.
//
//   node bare-loop.mjs <url> <calls> <concurrency> <body>
import { Pool } from 'undici';

const [url = '', calls = '0', concurrency = '1', body = ''] = process.argv.slice(2);
const pool = new Pool(url, { connections: Number(concurrency) });
// Those that batchai sends, of the same lengths.
const headers = {
  authorization: 'Bearer bench-key',
  'content-type': 'application/json',
  accept: 'application/json',
  'user-agent': 'batchai',
  'idempotency-key': '0b61e7e2-1f0c-4c39-9a52-7d3f64f9b0aa-100000',
};

let toStart = Number(calls);
await Promise.all(Array.from({ length: Number(concurrency) }, callUntilDone));
await pool.close();

async function callUntilDone() {
  while (toStart > 0) {
    toStart--;
    const response = await pool.request({ method: 'POST', path: '/fabrics/run', headers, body });
    const { output } = /** @type {{ output?: string }} */ (await response.body.json());
    if (response.statusCode !== 200 || output === undefined) throw new Error('not the answer of the server');
  }
}
