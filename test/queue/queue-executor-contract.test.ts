import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe } from 'vitest';
import { executorContract } from '../contracts/executor-contract.js';
import { hasRedis, startRedis } from '../support/redis-for-test.js';
import { aCoordinator, aWorker, connected, opening } from './a-queue.js';

type Server = Awaited<ReturnType<typeof startRedis>>;

/** Nobody looks at anything on his own, so that the server is quiet when all is done. */
const QUIET = { pollMs: 600_000, sweepMs: 600_000, leaseMs: 600_000, lockMs: 600_000, stalledMs: 600_000 };

describe.skipIf(!hasRedis)('the queue', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.end());

  executorContract('the queue executor with a worker', async (fabric, concurrency) => {
    const coordinator = await aCoordinator(await connected(server), {
      window: { batches: 100, rows: 50, bytes: 1e6 },
      timings: QUIET,
    });
    await aWorker(await connected(server), opening(fabric), { concurrency, timings: QUIET });
    return { ...coordinator, settled: () => quiet(server) };
  });
});

/** The server has been asked nothing for a while, but by us. */
async function quiet({ redis }: Server): Promise<void> {
  const asked = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1]);
  let before = await asked();
  for (let still = 0; still < 3; ) {
    await sleep(10);
    const now = await asked();
    still = now === before + 1 ? still + 1 : 0;
    before = now;
  }
}
