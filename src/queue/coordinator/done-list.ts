import type { Redis } from 'ioredis';
import type { RunKeys } from '../protocol/protocol.js';
import type { QueueConnection } from '../redis/redis-connection.js';

export interface DoneListeners {
  /** What became of these steps; the next ones are waited for when this is over. */
  readonly stepped: (entries: readonly string[]) => Promise<void>;
  /** These batches became complete; the next ones are waited for when this is over. */
  readonly complete: (batchIds: readonly string[]) => Promise<void>;
  /** A worker stopped the run; its reason as JSON. */
  readonly stopped: (reason: string) => void;
}

/** Longest single wait, in s: so a connection that died silently is noticed. */
const WAIT_S = 2;
const MOST_AT_ONCE = 200;

/** Waits for the workers' word of steps and of batches that are complete, on a connection of its own. */
export class DoneList {
  #redis: Redis | undefined;

  constructor(
    private readonly connection: QueueConnection,
    private readonly keys: Pick<RunKeys, 'done' | 'steps' | 'record'>,
    private readonly listeners: DoneListeners,
  ) {}

  /** @param onError hears what ended it, beside `stop` */
  start(onError: (error: unknown) => void): void {
    const redis = this.connection.another();
    this.#redis = redis;
    const isRunning = () => this.#redis === redis;
    const wait = async () => {
      while (isRunning()) {
        const first = await this.connection.patiently(async () =>
          isRunning() ? redis.blpop(this.keys.steps, this.keys.done, WAIT_S) : null,
        );
        if (first !== null && isRunning()) await this.#deliver(first, redis);
      }
    };
    wait().catch((error) => {
      if (isRunning()) onError(error);
    });
  }

  stop(): void {
    this.#redis?.disconnect();
    this.#redis = undefined;
  }

  async #deliver([key, first]: readonly [string, string], redis: Redis): Promise<void> {
    const more = (await redis.lpop(key, MOST_AT_ONCE)) ?? [];
    const messages = [first, ...more];
    if (key === this.keys.steps) return this.listeners.stepped(messages);
    if (messages.includes('!')) {
      const reason = await redis.hget(this.keys.record, 'stop');
      if (reason !== null) this.listeners.stopped(reason);
    }
    await this.listeners.complete(messages.filter((message) => message !== '!'));
  }
}
