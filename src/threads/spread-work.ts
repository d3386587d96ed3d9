import { setImmediate } from 'node:timers/promises';
import type { BlockWork } from './serve-thread.js';
import type { Outcome, Threads, ThreadsOptions } from './threads.js';
import { ThreadsClosedError } from './threads-closed-error.js';

export interface SpreadWorkOptions<Item, Result> extends Omit<ThreadsOptions, 'threads'> {
  /** How many blocks may be worked on at a time: where these are few, one of them in this thread. */
  readonly cores: number;
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
 * On so many cores this thread goes on working beside the others: on two, a second thread in its place opens and compiles
 * what this one has at hand, and waits for its turn while this one hands out. With more, handing out is work enough.
 */
const MOST_CORES_WITH_THIS = 3;

/**
 * Work on blocks of items, on all cores. It begins in this thread, since threads take as long to start as some
 * thousand rows to be worked on; once there was as much work as that, they are started, and take blocks when they
 * are ready. On one core, or where none can be started, all stays here.
 */
export class SpreadWork<Item, Result> {
  #here: Promise<BlockWork<Item, Result>> | undefined;
  #threads: Threads<Item, Result> | undefined;
  /** `alone`: no thread could be started. */
  #phase: 'here' | 'starting' | 'spread' | 'alone' | 'closed' = 'here';
  #started: Promise<void> | undefined;
  #doneHere = 0;
  /** Blocks that nobody has taken. */
  #waiting: WaitingBlock<Item, Result>[] = [];
  #blocksInThreads = 0;
  #isTakenHere = false;
  readonly #threadCount: number;
  readonly #staysHere: boolean;

  constructor(private readonly options: SpreadWorkOptions<Item, Result>) {
    const { cores } = options;
    this.#staysHere = cores <= MOST_CORES_WITH_THIS;
    this.#threadCount = this.#staysHere ? cores - 1 : cores;
  }

  /** Opens the work for this thread now, and not with the first block. */
  async openHere(): Promise<void> {
    this.#here = this.options.here();
    await this.#here;
  }

  /** Blocks to have under way at a time. */
  get blocksAtOnce(): number {
    if (this.#phase !== 'spread') return 1;
    return BLOCKS_A_THREAD * this.#threadCount + (this.#staysHere ? 1 : 0);
  }

  /**
   * Works on a block; the outcomes come in the order of its items.
   *
   * @throws ThreadsClosedError where it is closed before the block is done.
   */
  run(block: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    if (this.#phase === 'here' && this.#isEnough()) this.#started = this.#start();
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new ThreadsClosedError());
      this.#waiting.push({ block, resolve, reject });
      this.#handOut();
    });
  }

  /** What is under way fails. Nothing keeps the process alive afterwards. */
  async close(): Promise<void> {
    this.#phase = 'closed';
    this.#here = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(new ThreadsClosedError());
    await this.#threads?.close();
    await this.#started;
  }

  get #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  #isEnough(): boolean {
    return this.#threadCount > 0 && this.#doneHere >= this.options.startAfter;
  }

  async #start(): Promise<void> {
    this.#phase = 'starting';
    const { Threads } = await import('./threads.js');
    if (this.#isClosed) return;
    const threads = new Threads<Item, Result>({ ...this.options, threads: this.#threadCount });
    this.#threads = threads;
    const isOpen = await threads.open().then(
      () => true,
      () => false,
    );
    if (this.#isClosed) return;
    this.#phase = isOpen ? 'spread' : 'alone';
    // What it holds is in each thread now.
    if (isOpen && !this.#staysHere) this.#here = undefined;
    this.#handOut();
    if (!isOpen) await threads.close();
  }

  /** Threads first: this one has handing out to do as well. */
  #handOut(): void {
    const room = BLOCKS_A_THREAD * this.#threadCount;
    while (this.#phase === 'spread' && this.#threads && this.#blocksInThreads < room) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      void this.#runThere(next, this.#threads);
    }
    if (this.#waiting.length > 0 && this.#mayTakeHere()) void this.#takeHere();
  }

  #mayTakeHere(): boolean {
    if (this.#isTakenHere) return false;
    if (this.#staysHere) return true;
    const isSoonInThreads = this.#phase === 'starting' && this.options.startAfter === 0;
    return this.#phase !== 'spread' && !isSoonInThreads;
  }

  async #runThere({ block, resolve, reject }: WaitingBlock<Item, Result>, threads: Threads<Item, Result>) {
    this.#blocksInThreads++;
    await threads.run(block).then(resolve, reject);
    this.#blocksInThreads--;
    this.#handOut();
  }

  /** One block a turn of the event loop: else thousands of rows would go by before a signal, a timer or a thread is heard. */
  async #takeHere(): Promise<void> {
    this.#isTakenHere = true;
    await setImmediate();
    const next = this.#waiting.shift();
    if (next !== undefined) await this.#runHere(next.block).then(next.resolve, next.reject);
    this.#isTakenHere = false;
    this.#handOut();
  }

  async #runHere(block: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    this.#here ??= this.options.here();
    const work = await this.#here;
    for (const item of block) this.#doneHere += this.options.sizeOf(item);
    return work(block).map((result) => ({ status: 'done', result }));
  }
}

/** A block, and whoever waits for what becomes of it. */
interface WaitingBlock<Item, Result> {
  readonly block: readonly Item[];
  readonly resolve: (outcomes: readonly Outcome<Result>[]) => void;
  readonly reject: (error: unknown) => void;
}
