import { setImmediate } from 'node:timers/promises';
import type { BlockWork } from './serve-thread.js';
import type { Outcome, Threads, ThreadsOptions } from './threads.js';
import { ThreadsClosedError } from './threads-closed-error.js';

export interface SpreadWorkOptions<Item, Result> extends ThreadsOptions {
  /** Opens the same work for this thread. */
  readonly here: () => Promise<BlockWork<Item, Result>>;
  /** How much work an item is, in a unit of the caller's. */
  readonly sizeOf: (item: Item) => number;
  /** So much work is done here before threads are started; 0: they are started with the first block. */
  readonly startAfter: number;
}

/** One that it works on, and one that is at hand when it is done. */
const BLOCKS_A_THREAD = 2;

/**
 * Work on blocks of items, on all cores. It begins in this thread, since threads take as long to start as some
 * thousand rows to be worked on; once there was as much work as that, they are started, and take over when they
 * are ready. With one thread, or where none can be started, all stays here.
 */
export class SpreadWork<Item, Result> {
  #here: Promise<BlockWork<Item, Result>> | undefined;
  #threads: Threads<Item, Result> | undefined;
  #phase: 'here' | 'starting' | 'spread' | 'closed' = 'here';
  #started: Promise<void> | undefined;
  #doneHere = 0;

  constructor(private readonly options: SpreadWorkOptions<Item, Result>) {}

  /** Opens the work for this thread now, and not with the first block. */
  async openHere(): Promise<void> {
    this.#here = this.options.here();
    await this.#here;
  }

  /** Blocks to have under way at a time. */
  get blocksAtOnce(): number {
    return this.#phase === 'spread' ? BLOCKS_A_THREAD * this.options.threads : 1;
  }

  /**
   * Works on a block; the outcomes come in the order of its items.
   *
   * @throws ThreadsClosedError where it is closed before the block is done.
   */
  async run(block: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    if (this.#phase === 'here' && this.#isEnough()) this.#started = this.#start();
    if (this.options.startAfter === 0) await this.#started;
    // Without a turn of the event loop, thousands of rows would go by before a signal or a timer is heard.
    if (this.#phase !== 'spread') await setImmediate();
    if (this.#isClosed) throw new ThreadsClosedError();
    return this.#phase === 'spread' && this.#threads ? this.#threads.run(block) : this.#runHere(block);
  }

  /** What is under way fails. Nothing keeps the process alive afterwards. */
  async close(): Promise<void> {
    this.#phase = 'closed';
    this.#here = undefined;
    await this.#threads?.close();
    await this.#started;
  }

  get #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  #isEnough(): boolean {
    return this.options.threads > 1 && this.#doneHere >= this.options.startAfter;
  }

  async #start(): Promise<void> {
    this.#phase = 'starting';
    const { Threads } = await import('./threads.js');
    if (this.#isClosed) return;
    this.#threads = new Threads(this.options);
    const isOpen = await this.#threads.open().then(
      () => true,
      () => false,
    );
    if (!isOpen) return this.#threads.close();
    if (this.#isClosed) return;
    this.#phase = 'spread';
    // What it holds is in each thread now.
    this.#here = undefined;
  }

  async #runHere(block: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    this.#here ??= this.options.here();
    const work = await this.#here;
    for (const item of block) this.#doneHere += this.options.sizeOf(item);
    return work(block).map((result) => ({ status: 'done', result }));
  }
}
