import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** What a script takes and gives. */
export type ScriptArgument = string | number | Buffer;

/** A Lua script: Redis runs it as a whole, with nothing of anybody else in between. */
export class Script {
  readonly #sha1: string;

  constructor(private readonly lua: string) {
    this.#sha1 = createHash('sha1').update(lua).digest('hex');
  }

  /** Runs it; its text is sent only where the server does not know it (yet, or any more). */
  async run(redis: Redis, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha1, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return redis.eval(this.lua, keys.length, ...keys, ...args);
    }
  }

  /** Runs it once for each of `calls`, in one round trip. */
  async runAll(redis: Redis, calls: readonly ScriptCall[]): Promise<unknown[]> {
    const [only] = calls;
    if (calls.length === 1 && only !== undefined) return [await this.run(redis, only.keys, only.args)];
    const pipeline = redis.pipeline();
    for (const { keys, args } of calls) pipeline.evalsha(this.#sha1, keys.length, ...keys, ...args);
    const replies = (await pipeline.exec()) ?? [];
    return Promise.all(
      calls.map(({ keys, args }, index) => {
        const [error, reply] = replies[index] ?? [new Error('the pipeline ended early'), undefined];
        if (error === null) return reply;
        if (isUnknownScript(error)) return this.run(redis, keys, args);
        throw error;
      }),
    );
  }
}

export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args: readonly ScriptArgument[];
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

interface Executable {
  exec(): Promise<[error: Error | null, reply: unknown][] | null>;
}

/** The replies of a pipeline. @throws the first error in it */
export async function exec(pipeline: Executable): Promise<unknown[]> {
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}
