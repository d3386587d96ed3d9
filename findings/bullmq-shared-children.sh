#!/usr/bin/env bash
# Two nights' runs as flows of BullMQ: a parent sums up the children's answers, and the id of a child is that of its row,
# so that a row which was paid for last night is not paid for again.
# Believed: a child that is there already counts as the new parent's too, its result being kept, or the add is refused.
# Seen: the second parent completes with the answers of its new rows alone, though `add` returned all three children and threw
# nothing and no child failed. Whether it is so depends on last night's parent: where that one has been removed
# (`removeOnComplete`), its children are handed over and all three answers come.
# Exits 1 when that changes. Needs redis-server.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact bullmq@6.7.0 ioredis@6.0.0 >/dev/null
echo "bullmq 6.7.0, $(redis-server --version | cut -d ' ' -f 1-3), node $(node --version)"
cat > nights.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { FlowProducer, Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const port = await freePort();
const redis = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', ''], { stdio: 'ignore' });
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const probe = new Redis(connection);
probe.on('error', () => {});
await new Promise((resolve) => probe.once('ready', resolve));
probe.disconnect();

async function twoNights(name, queueName, parentOptions) {
  const queue = new Queue(queueName, { connection });
  const events = new QueueEvents(queueName, { connection });
  await events.waitUntilReady();
  const called = [];
  const summed = [];
  const worker = new Worker(
    queueName,
    async (job) => {
      if (job.name === 'row') {
        called.push(job.data.row);
        return `answer ${job.data.row}`;
      }
      summed.push(Object.values(await job.getChildrenValues()).sort());
    },
    { connection },
  );
  const flows = new FlowProducer({ connection });
  const night = async (rows) => {
    const done = new Promise((resolve) => worker.on('completed', (job) => job.name === 'night' && resolve()));
    const flow = await flows.add({
      name: 'night',
      queueName,
      opts: parentOptions,
      children: rows.map((row) => ({ name: 'row', queueName, data: { row }, opts: { jobId: `row-${row}` } })),
    });
    await done;
    return flow;
  };
  await night([1, 2, 3]);
  const second = await night([2, 3, 4]);
  console.log(`${name}: children ${second.children.map(({ job }) => job.id)}; called for rows ${called.sort()}; summed up ${summed[1].join(', ')}`);
  for (const open of [worker, events, queue, flows]) await open.close();
}

try {
  await twoNights("last night's parent removed", 'removed', { removeOnComplete: true });
  await twoNights("last night's parent kept", 'kept', {});
} finally {
  redis.kill();
}
JS
node nights.mjs | tee seen
echo 'believed: both sum up answer 2, answer 3, answer 4'
diff seen - <<'SEEN'
last night's parent removed: children row-2,row-3,row-4; called for rows 1,2,3,4; summed up answer 2, answer 3, answer 4
last night's parent kept: children row-2,row-3,row-4; called for rows 1,2,3,4; summed up answer 4
SEEN
