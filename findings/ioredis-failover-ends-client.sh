#!/usr/bin/env bash
# Redis behind a sentinel fails over while ioredis, whose connection has just died, asks that sentinel for the master.
# Believed: `failoverDetector` only makes a client leave the old master sooner, and with a `retryStrategy` and a
# `sentinelRetryStrategy` that always name a wait the client comes back whatever happens.
# Seen: when `+switch-master` is announced before the sentinel's answer arrives, the client's status becomes `end`. It
# never connects again, and a command that waited is rejected, `maxRetriesPerRequest: null` notwithstanding. Without the
# detector, or where nothing is announced at that moment, the same client goes on at the new master.
# Exits 1 when that changes. The sentinel and the two Redis are played by this script.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact ioredis@6.0.0 >/dev/null
echo "ioredis $(node -p "JSON.parse(require('fs').readFileSync('node_modules/ioredis/package.json')).version"), node $(node --version)"
cat > failover.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const list = (...words) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
const words = (text) => text.split('\r\n').filter((part, at) => at % 2 === 0 && part !== '' && !part.startsWith('*'));

async function serve(answer) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      for (const command of bytes.toString().split(/(?=\*\d+\r\n)/)) answer(words(command), socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: server.address().port, stop };
}

async function failOver(name, { failoverDetector, announcing }) {
  const redis = (says) => serve(([command], socket) => {
    if (command === 'get') socket.write(`$${says.length}\r\n${says}\r\n`);
    else socket.write(command === 'info' ? '$0\r\n\r\n' : '+OK\r\n');
  });
  const [old, next] = [await redis('old'), await redis('new')];
  let asked = false;
  let listener;
  // The client has heard of it when it leaves the channel.
  const announce = async () => {
    const gone = once(listener, 'close');
    listener.write(list('message', '+switch-master', `m 127.0.0.1 ${old.port} 127.0.0.1 ${next.port}`));
    await gone;
  };
  const sentinel = await serve(async ([command, ask], socket) => {
    if (command === 'subscribe') {
      listener = socket;
      socket.write('*3\r\n$9\r\nsubscribe\r\n$14\r\n+switch-master\r\n:1\r\n');
    } else if (command === 'sentinel' && ask === 'sentinels') socket.write('*0\r\n');
    else if (command === 'sentinel') {
      const master = asked ? next : old;
      if (asked && announcing) await announce();
      asked = true;
      socket.write(list('127.0.0.1', `${master.port}`));
    } else socket.write(command === 'info' ? '$0\r\n\r\n' : '+OK\r\n');
  });

  const client = new Redis({
    sentinels: [{ host: '127.0.0.1', port: sentinel.port }],
    name: 'm',
    failoverDetector,
    retryStrategy: () => 50,
    sentinelRetryStrategy: () => 50,
    maxRetriesPerRequest: null,
    protocol: 2,
  });
  client.on('error', () => {});
  await once(client, 'ready');
  while (failoverDetector && !listener) await sleep(5);
  const before = await client.get('key');
  const outcome = new Promise((resolve) => client.once('ready', resolve).once('end', resolve));
  const closed = once(client, 'close');
  old.stop();
  await closed;
  const waiting = client.get('key').catch((error) => `rejected: ${error.message}`);
  await outcome;
  await sleep(500);
  console.log(`${name}: ${before}, ${await waiting}, status ${client.status}`);
  client.disconnect();
  for (const server of [sentinel, next]) server.stop();
}

await failOver('no detector', { failoverDetector: false, announcing: false });
await failOver('a detector, nothing announced', { failoverDetector: true, announcing: false });
await failOver('a detector, announced before the answer', { failoverDetector: true, announcing: true });
JS
node failover.mjs | tee seen
echo 'believed: old, new, status ready in all three'
diff seen - <<'SEEN'
no detector: old, new, status ready
a detector, nothing announced: old, new, status ready
a detector, announced before the answer: old, rejected: Connection is closed., status end
SEEN
