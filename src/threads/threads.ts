import workerpool from 'workerpool';
import type { ThreadProgram } from './thread-program.js';
import { ThreadsClosedError } from './threads-closed-error.js';

export interface ThreadsOptions {
  readonly program: ThreadProgram;
  /** What the program is opened with; it is copied as messages are. */
  readonly setUp: unknown;
  /** How many. */
  readonly threads: number;
}

/** What became of one item: its result, or the words of what ended the thread that worked on it, twice. */
export type Outcome<Result> =
  | { readonly status: 'done'; readonly result: Result }
  | { readonly status: 'crashed'; readonly reason: string };

/**
 * Threads that run one program over blocks of items. What comes while all are busy waits in a queue: whoever asks
 * bounds it.
 *
 * A thread can end under a block: it throws, runs out of memory, or exits. Another takes its place, and the items of
 * the block are worked on once more, each alone in a thread of its own, so that only the one at fault is lost.
 *
 * @example
 * const threads = new Threads<string, number>({ program, setUp: 'o200k_base', threads: 2 });
 * await threads.open();
 * const outcomes = await threads.run(['one text', 'another']);
 * await threads.close();
 */
export class Threads<Item, Result> {
  readonly #pool: Pool;
  /** For items whose block ended a thread. */
  #suspects: Pool | undefined;
  /** Ends when the last suspect has. */
  #lastSuspect: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(private readonly options: ThreadsOptions) {
    this.#pool = poolOf(options, options.threads);
  }

  /**
   * Starts all threads, and waits until each can work.
   *
   * @throws Error where one cannot be started: there is no memory for it, or its program is not there.
   */
  async open(): Promise<void> {
    await Promise.all(
      Array.from({ length: this.options.threads }, () => settled(this.#pool.exec('open', []))),
    );
  }

  /**
   * Works on a block; the outcomes come in the order of its items.
   *
   * @throws ThreadsClosedError once they are closed, also for blocks that are under way then.
   */
  async run(block: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    try {
      return (await this.#work(this.#pool, block)).map(done);
    } catch {
      return this.#oneByOne(block);
    }
  }

  /** Ends all threads, whatever they work on. */
  close(): Promise<void> {
    // Once: where workerpool is told twice to end its threads, the first to say so waits for ever.
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const pools = [this.#pool, this.#suspects];
    await Promise.all(pools.map((pool) => pool && settled(pool.terminate(true))));
  }

  async #oneByOne(block: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    const outcomes: Outcome<Result>[] = [];
    for (const item of block) {
      const before = this.#lastSuspect;
      const outcome = before.then(() => this.#alone(item));
      this.#lastSuspect = outcome.catch(() => {});
      outcomes.push(await outcome);
    }
    return outcomes;
  }

  async #alone(item: Item): Promise<Outcome<Result>> {
    if (this.#closing) throw new ThreadsClosedError();
    this.#suspects ??= poolOf(this.options, 1);
    try {
      const [result] = await this.#work(this.#suspects, [item]);
      return done(result as Result);
    } catch (error) {
      if (this.#closing) throw new ThreadsClosedError();
      return { status: 'crashed', reason: reasonOf(error) };
    }
  }

  #work(pool: Pool, block: readonly Item[]): Promise<readonly Result[]> {
    if (this.#closing) return Promise.reject(new ThreadsClosedError());
    return settled(pool.exec('work', [block]) as PromiseLike<readonly Result[]>);
  }
}

/** A thread that is closed may end its block for so long. */
const END_WITHIN_MS = 200;

type Pool = ReturnType<typeof workerpool.pool>;

function poolOf({ program, setUp }: ThreadsOptions, threads: number): Pool {
  return workerpool.pool(program.file, {
    workerType: 'thread',
    maxWorkers: threads,
    workerTerminateTimeout: END_WITHIN_MS,
    workerThreadOpts: { workerData: setUp, execArgv: [...program.execArgv] },
  });
}

/** workerpool has promises of its own. */
function settled<T>(promise: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => promise.then(resolve, reject));
}

function done<Result>(result: Result): Outcome<Result> {
  return { status: 'done', result };
}

/** In one line, without what workerpool says of itself. */
function reasonOf(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return line.replace(/^Workerpool Worker (?:error: )?/, '');
}
