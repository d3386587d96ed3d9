import type { Redis } from 'ioredis';
import type { QueueConnection } from './redis-connection.js';

type Listener = (message: string) => void;

/** What is published on the server, heard over one connection that is made when somebody first listens. */
export class Channels {
  readonly #listeners = new Map<string, Set<Listener>>();
  #subscriber: Redis | undefined;

  constructor(private readonly connection: QueueConnection) {}

  /** Calls `listener` with every message, from soon on; messages may be missed while the server is gone. */
  listen(channel: string, listener: Listener): () => Promise<void> {
    const redis = this.#connect();
    let listeners = this.#listeners.get(channel);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(channel, listeners);
      redis.subscribe(channel).catch(() => {});
    }
    listeners.add(listener);
    return async () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      await redis.unsubscribe(channel).catch(() => {});
    };
  }

  close(): void {
    this.#subscriber?.disconnect();
    this.#listeners.clear();
  }

  #connect(): Redis {
    if (this.#subscriber !== undefined) return this.#subscriber;
    const subscriber = this.connection.another();
    subscriber.on('message', (channel: string, message: string) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(message);
    });
    this.#subscriber = subscriber;
    return subscriber;
  }
}
