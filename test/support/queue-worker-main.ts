import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fabric } from '../../src/fabric/fabric.js';
import { connectToQueue } from '../../src/queue/redis/redis-connection.js';
import { QueueWorker } from '../../src/queue/worker/queue-worker.js';
import { opening, SHORT } from '../queue/opening.js';

/*
 * A worker in a process of its own, to be killed: `queue-worker-main.ts <url> <name> <latency in ms> <file>`.
 * It appends `call <row>` and `answer <row>` to the file. On SIGTERM it stops as a worker should.
 */
const [url = '', name = '', latency = '', file = ''] = process.argv.slice(2);
const latencyMs = Number(latency);

let inFlight = 0;
const fabric: Fabric = {
  get inFlight() {
    return inFlight;
  },
  async run(call) {
    call.calls++;
    call.attempts++;
    inFlight++;
    appendFileSync(file, `call ${call.row}\n`);
    await sleep(latencyMs);
    inFlight--;
    appendFileSync(file, `answer ${call.row}\n`);
    return { answer: `answer ${call.row}`, latencyMs };
  },
  close: async () => {},
};

const connection = await connectToQueue({ url });
const worker = new QueueWorker({
  connection,
  id: `${name}-${process.pid}`,
  name,
  host: 'here',
  pid: process.pid,
  version: '0.0.0',
  concurrency: 10,
  openRun: opening(fabric),
  hasKey: () => true,
  wallNow: Date.now,
  graceMs: 2_000,
  // However slow the machine, nobody loses a batch that lives.
  timings: { ...SHORT, lockMs: 4_000 },
});
await worker.start();
process.once('SIGTERM', async () => {
  await worker.stop();
  connection.close();
});
