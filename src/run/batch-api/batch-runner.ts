import { rm } from 'node:fs/promises';
import { BatchApiError } from '../../batch-api/batch-service.js';
import { CallError } from '../../fabric/call-error.js';
import type { Clock } from '../../limits/clock.js';
import type { BatchApiNews } from '../../monitor/batch-api-news.js';
import { RowRanges } from '../shards/row-ranges.js';
import type { ShardFolder } from '../shards/shard-files.js';
import type { ShardLog } from '../shards/shard-log.js';
import { goneError } from './gone-batches.js';
import type { RemoteLeftovers } from './remote-leftovers.js';
import type { NoShard, ShardCutter, WrittenShard } from './shard-cutter.js';
import type { ShardSender } from './shard-sender.js';
import type { ShardWatch } from './shard-watch.js';
import type { Strays } from './stray-rows.js';
import type { WakeUp } from './wake-up.js';

export interface RunnerParts {
  readonly log: ShardLog;
  readonly folder: ShardFolder;
  readonly cutter: ShardCutter;
  readonly sender: ShardSender;
  readonly watch: ShardWatch;
  readonly leftovers: RemoteLeftovers;
  readonly strays: Strays;
  readonly wakeUp: WakeUp;
  /** Rows that are in the output. */
  readonly clock: Clock;
  /** When what is out is cancelled, in ms since 1970; undefined: never. */
  readonly endsAt: number | undefined;
  readonly rowsCommitted: () => number;
  /** Rows of the input have a shard now that had none, sent or not. */
  readonly written: (rows: RowRanges) => void;
  /** It is left as soon as everything is submitted. */
  readonly detaches: boolean;
  /** Everything is submitted, and some of it is out. */
  readonly submitted: () => void;
  /** Nothing is out any more, and nothing more is sent. */
  readonly over: () => Promise<void>;
  /** Nothing more may be spent. */
  readonly budgetUsedUp: () => void;
  readonly news: (news: BatchApiNews) => void;
  /** The run cannot go on: no row is to blame. */
  readonly stopRun: (error: BatchApiError) => void;
  readonly failed: (error: Error) => void;
}

/** Rows that came back without a result wait until so many are together, or until there is nothing else to do. */
const OPEN_ROWS = 1_000;

/** Rows that are sent ahead of the output, at most: their results wait on disk, a bit of each in memory. */
const MOST_ROWS_AHEAD = 5_000_000;

/**
 * The two tasks of a run over a batch API: one writes shards and brings them to the service, the other looks at those
 * that are out and takes their results. They meet in the log of shards, and end when `wakeUp` is stopped.
 */
export class BatchRunner {
  #tasks: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(private readonly parts: RunnerParts) {}

  start(): void {
    const sent = this.#guarded(() => this.#send());
    const watched = this.#guarded(() => this.#watch());
    this.#tasks = Promise.all([sent, watched, this.#guarded(() => this.#end(sent))]);
  }

  /** Rows are run live from the start: all that is to be done is what a crash kept from being removed. */
  startLive(): void {
    const { leftovers } = this.parts;
    this.#tasks = this.#guarded(async () => {
      await leftovers.removeHarvested();
      await leftovers.withdrawUnused();
    });
  }

  /** Nothing is to be sent any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves when both tasks have ended, which they do once `wakeUp` is stopped. */
  async ended(): Promise<void> {
    await this.#tasks;
    await this.parts.cutter.close();
  }

  /**
   * All rows are in the output: what was kept for them goes. What the service has yet (a batch of rows that the input
   * lost meanwhile, a file that could not be removed) stays in the log, since nothing else knows of it.
   */
  async clear(): Promise<void> {
    const { log, folder, leftovers, news } = this.parts;
    const { shards } = log;
    const batches = shards.out.length + shards.waiting.filter(({ step }) => step === 'creating').length;
    if (batches > 0) {
      news({ kind: 'still-out', batches });
      return;
    }
    await leftovers.withdrawUnused();
    if (leftovers.areLeft) await folder.clear(() => false);
    else await rm(folder.path, { recursive: true, force: true });
  }

  async #guarded(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      // The service was closed because the run stops.
      if (error instanceof CallError && error.kind === 'aborted') return;
      this.parts.failed(error instanceof Error ? error : new BatchApiError('unknown', String(error)));
    }
  }

  /**
   * At its time: nothing more is sent, all that is out is cancelled, and only when all of it has ended and was read may
   * a row be run live. Else it might be paid for twice.
   */
  async #end(sent: Promise<void>): Promise<void> {
    const { endsAt, clock, wakeUp, log, watch, leftovers, over, stopRun } = this.parts;
    if (endsAt === undefined) return;
    for (let left = endsAt - clock.wallNow(); left > 0; left = endsAt - clock.wallNow()) {
      if (wakeUp.isStopped) return;
      await wakeUp.pause(left);
    }
    this.#isOver = true;
    wakeUp.all();
    await sent;
    await watch.cancelAll();
    while (!wakeUp.isStopped && log.shards.visible.length > 0) await wakeUp.next();
    if (wakeUp.isStopped) return;
    const { out: gone } = log.shards;
    if (gone.length > 0) {
      stopRun(goneError(gone));
      return;
    }
    await leftovers.withdrawUnused();
    await over();
  }

  async #watch(): Promise<void> {
    await this.parts.leftovers.removeHarvested();
    await this.parts.watch.run();
  }

  async #send(): Promise<void> {
    const { log, sender, wakeUp } = this.parts;
    while (!wakeUp.isStopped && !this.#isOver) {
      const seen = wakeUp.changes;
      const [waiting] = log.shards.waiting;
      if (waiting !== undefined) {
        await sender.send(waiting);
        continue;
      }
      const mayRead = this.#mayRead();
      const written = await this.#cut(mayRead);
      if (typeof written === 'object') await this.#note(written);
      else if (mayRead === this.#mayRead()) {
        this.#tellNothing(written);
        await wakeUp.next(undefined, seen);
      }
    }
    for (const shard of log.shards.waiting) await sender.settle(shard);
  }

  #tellNothing(why: NoShard): void {
    const { log, cutter, budgetUsedUp, submitted, stopRun } = this.parts;
    const { visible, out, openRows } = log.shards;
    if (why === 'budget' && visible.length === 0) budgetUsedUp();
    else if (why === 'nothing' && visible.length === 0 && out.length > 0) stopRun(goneError(out));
    else if (why === 'nothing' && cutter.isAtEnd && openRows === 0 && out.length > 0) submitted();
  }

  #mayRead(): boolean {
    const { log, cutter, rowsCommitted } = this.parts;
    return !cutter.isAtEnd && log.shards.lastRow - rowsCommitted() < MOST_ROWS_AHEAD;
  }

  async #cut(mayRead: boolean): Promise<WrittenShard | NoShard> {
    const { log, cutter, strays, detaches } = this.parts;
    const { shards } = log;
    const open = shards.openRows + strays.count;
    const isNothingElse = !mayRead && (detaches || shards.visible.length === 0);
    if (open >= OPEN_ROWS || (open > 0 && isNothingElse)) {
      return cutter.cutOpen(strays.all);
    }
    return mayRead ? cutter.cutInput() : 'nothing';
  }

  /** A shard is there as soon as it is noted; then what it was made of goes. */
  async #note(written: WrittenShard): Promise<void> {
    const { log, strays, folder, written: tell } = this.parts;
    await log.note(written);
    const shard = log.shards.get(written.shard);
    if (shard !== undefined) strays.sent(shard.rows);
    for (const { shard: number } of written.takes) {
      const from = log.shards.get(number);
      if (from !== undefined && from.taken >= from.open) await folder.remove(number, 'open');
    }
    const { home } = written;
    if (home !== null) tell(RowRanges.between(home.from, home.to));
  }
}
