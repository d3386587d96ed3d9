import { onTestFinished } from 'vitest';
import type { CliTimings } from '../../src/cli/timings.js';
import { TIMINGS } from '../../src/queue/protocol/timings.js';
import type { FakeFabricOptions } from '../support/fake-fabric-server.js';
import { type OwnRedis, ownRedisForTest, redisForTest, type TestRedis } from '../support/redis-for-test.js';
import {
  type BatchaiOptions,
  type BatchaiResult,
  runBatchai,
  SHORT_TIMINGS,
} from '../support/run-batchai.js';
import { type RunningBatchai, startBatchai } from '../support/start-batchai.js';
import { API_KEY, type Workbench, workbench } from './workbench.js';

export { hasRedis } from '../support/redis-for-test.js';

/** A workbench whose rows are run by workers, over a Redis. */
export interface QueueBench<R extends Pick<TestRedis, 'url'> = TestRedis> extends Workbench {
  readonly redis: R;
  /** `batchai worker` with the key; it is killed when the running test ends. */
  worker(name: string, args?: readonly string[], options?: BatchaiOptions): RunningBatchai;
  /** Any command of batchai, in the folder, with the address of the queue and no key. */
  batchai(args: readonly string[], options?: BatchaiOptions): Promise<BatchaiResult>;
}

/** Everybody soon sees what others did. Who holds something keeps it as long as in earnest, however slow the machine. */
export const QUEUE_TIMINGS: Partial<CliTimings> = {
  backoff: SHORT_TIMINGS.backoff,
  queue: { ...TIMINGS, stalledMs: 500, sweepMs: 300, pollMs: 150 },
};

/** Here `run` and `start` have no key: a coordinator makes no call. */
export async function queueBench(service: FakeFabricOptions = {}): Promise<QueueBench> {
  return benchOver(await redisForTest(), service);
}

/** As `queueBench`, over a Redis that nobody else uses. */
export async function ownQueueBench(service: FakeFabricOptions = {}): Promise<QueueBench<OwnRedis>> {
  return benchOver(await ownRedisForTest(), service);
}

/** As `queueBench`, over servers that somebody else has started. */
export async function benchOver<R extends Pick<TestRedis, 'url'>>(
  redis: R,
  service: FakeFabricOptions,
): Promise<QueueBench<R>> {
  const bench = await workbench(service);
  const keyless = (options?: BatchaiOptions) => ({
    cwd: bench.folder,
    env: { BATCHAI_QUEUE_URL: redis.url },
    timings: QUEUE_TIMINGS,
    ...options,
  });
  return {
    ...bench,
    redis,
    run: (args, options) => bench.run(args, keyless(options)),
    start: (args, options) => bench.start(args, keyless(options)),
    worker: (name, args, options) =>
      startWorker(['--queue', redis.url, '--name', name, ...(args ?? [])], {
        cwd: bench.folder,
        env: { PROMPTHA_API_KEY: API_KEY },
        timings: QUEUE_TIMINGS,
        ...options,
      }),
    batchai: (args, options) => runBatchai(args, keyless(options)),
  };
}

/** Starts `batchai worker`; it is killed when the running test ends. */
export function startWorker(args: readonly string[], options: BatchaiOptions): RunningBatchai {
  const worker = startBatchai(['worker', ...args], options);
  onTestFinished(async () => void (await kill(worker)));
  return worker;
}

/** SIGKILL, and nothing of it is left when the promise is kept. */
export async function kill({ child, finished }: RunningBatchai): Promise<BatchaiResult> {
  child.kill('SIGKILL');
  return finished;
}

/** SIGTERM, and how it ended. */
export async function terminate({ child, finished }: RunningBatchai): Promise<BatchaiResult> {
  child.kill('SIGTERM');
  return finished;
}

/** What lies in Redis beside what living workers say of themselves. */
export async function keysOfRuns(redis: TestRedis): Promise<string[]> {
  return (await redis.keys()).filter((key) => !/^\{[^}]+\}:workers?\b/.test(key));
}
