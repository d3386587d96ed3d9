import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { CONCURRENCY, startBatchai } from './batchai.js';
import { pinned } from './cores.js';
import type { MeasuredProcess } from './measured-process.js';
import type { Workspace } from './workspace.js';

export interface QueueWorkers {
  readonly workers: number;
  /** Calls in the air of each. Default: as many as a run has that makes them itself. */
  readonly concurrency?: number;
}

/** A Redis as it is to be run, and workers on it: all of them on the same two cores. */
export class BenchQueue {
  private constructor(
    private readonly redis: RedisServer,
    private readonly idleBytes: number,
    private readonly workers: readonly MeasuredProcess[],
  ) {}

  /** Resolves when the workers are at work. */
  static async start(
    workspace: Workspace,
    { workers, concurrency = CONCURRENCY }: QueueWorkers,
  ): Promise<BenchQueue> {
    const redis = await startRedis(['--appendfsync', 'everysec'], (command) => pinned('both', command));
    const idleBytes = await memoryOf(redis, 'used_memory');
    const started = Array.from({ length: workers }, (_, index) =>
      startBatchai(
        workspace,
        ['worker', '--queue', redis.url, '--name', `worker ${index + 1}`, '-c', `${concurrency}`, '--quiet'],
        { cores: 'both' },
      ),
    );
    // Told by `stop`, where a worker ended too early.
    for (const { usage } of started) usage.catch(() => {});
    while ((await redis.redis.scard('{batchai}:workers')) < workers) await sleep(20);
    return new BenchQueue(redis, idleBytes, started);
  }

  get url(): string {
    return this.redis.url;
  }

  /** The most that Redis ever held, above what it held when it was empty: its clients' buffers included. */
  async peakBytes(): Promise<number> {
    return (await memoryOf(this.redis, 'used_memory_peak')) - this.idleBytes;
  }

  /** Ends workers and Redis, and gives the keys that are left when all is over: there should be none. */
  async stop(): Promise<readonly string[]> {
    for (const { child } of this.workers) child.kill('SIGTERM');
    await Promise.all(this.workers.map(({ usage }) => usage));
    const left = await this.redis.keys();
    await this.redis.end();
    return left;
  }

  /** Where the measurement failed: nothing of it may outlive it. */
  async kill(): Promise<void> {
    for (const { child } of this.workers) child.kill('SIGKILL');
    await this.redis.end();
  }
}

async function memoryOf({ redis }: RedisServer, name: 'used_memory' | 'used_memory_peak'): Promise<number> {
  const info = await redis.info('memory');
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
}

/** Starts a queue, and sees to it that it goes whatever happens. @throws where anything of a run is left on it */
export async function withQueue<T>(
  workspace: Workspace,
  workers: QueueWorkers,
  work: (queue: BenchQueue) => Promise<T>,
): Promise<T> {
  const queue = await BenchQueue.start(workspace, workers);
  try {
    const measured = await work(queue);
    const left = await queue.stop();
    if (left.length > 0)
      throw new Error(`Redis still holds ${left.length} keys: ${left.slice(0, 5).join(' ')}`);
    return measured;
  } catch (error) {
    await queue.kill();
    throw error;
  }
}
