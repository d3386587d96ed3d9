#!/usr/bin/env bash
# A service has a nightly run in BullMQ: `upsertJobScheduler` with a pattern at each start, and then a worker. It is down
# (a deployment, a reboot) at the minute of the run, and starts shortly after.
# Believed: `upsert` changes nothing where nothing has changed, and the run, a delayed job in Redis, is done late.
# Seen: the same call takes the overdue job away and puts the next night's in its place. Nothing is logged or thrown. The run
# is done late where a worker is up before the call, where there is no call, and where the scheduler says `every`.
# Exits 1 when that changes. Needs redis-server.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact bullmq@6.7.0 ioredis@6.0.0 >/dev/null
echo "bullmq 6.7.0, $(redis-server --version | cut -d ' ' -f 1-3), node $(node --version)"
cat > restart.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const HOUR = 3600_000;

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

const daily = (at) => ({ pattern: `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`, tz: 'UTC' });
const every = (at) => ({ every: 24 * HOUR, startDate: at.getTime() });

async function restart(name, queueName, repeatAt, start) {
  const at = new Date(Date.now() + 3000);
  at.setMilliseconds(0);
  const upsert = (queue) => queue.upsertJobScheduler('nightly', repeatAt(at), { name: 'run' });
  const before = new Queue(queueName, { connection });
  await upsert(before);
  await before.close();
  await sleep(at.getTime() + 500 - Date.now());

  const queue = new Queue(queueName, { connection });
  let runs = 0;
  const work = async () => {
    const worker = new Worker(queueName, async () => { runs += 1; }, { connection });
    await worker.waitUntilReady();
    return worker;
  };
  const settled = async () => {
    const { active, waiting } = await queue.getJobCounts('active', 'waiting');
    const [next] = await queue.getDelayed();
    return active + waiting === 0 && next && next.timestamp + next.delay > Date.now() + HOUR;
  };
  const worker = await start({ upsert: () => upsert(queue), work, settled });
  while (!(await settled())) await sleep(50);
  console.log(`${name}: ${runs === 0 ? 'not run' : `run ${runs} time`}, next in a day`);
  await worker.close();
  await queue.close();
}

const workOnly = ({ work }) => work();
const upsertThenWork = async ({ upsert, work }) => {
  await upsert();
  return work();
};
const workThenUpsert = async ({ upsert, work, settled }) => {
  const worker = await work();
  while (!(await settled())) await sleep(50);
  await upsert();
  return worker;
};

try {
  await restart('pattern, worker alone', 'a', daily, workOnly);
  await restart('pattern, worker, then upsert', 'b', daily, workThenUpsert);
  await restart('pattern, upsert, then worker', 'c', daily, upsertThenWork);
  await restart('every, upsert, then worker', 'd', every, upsertThenWork);
} finally {
  redis.kill();
}
JS
node restart.mjs | tee seen
echo 'believed: run 1 time in all four'
diff seen - <<'SEEN'
pattern, worker alone: run 1 time, next in a day
pattern, worker, then upsert: run 1 time, next in a day
pattern, upsert, then worker: not run, next in a day
every, upsert, then worker: run 1 time, next in a day
SEEN
