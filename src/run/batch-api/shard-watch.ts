import { BatchApiError, type BatchService, type RemoteBatch } from '../../batch-api/batch-service.js';
import type { CallError } from '../../fabric/call-error.js';
import type { Clock } from '../../limits/clock.js';
import type { BatchApiNews } from '../../monitor/batch-api-news.js';
import type { BatchApiTimings } from '../control/batch-api-timings.js';
import type { GoneBatches } from '../settings/batch-api-settings.js';
import type { RowRanges } from '../shards/row-ranges.js';
import type { Shard } from '../shards/shard.js';
import type { ShardLog } from '../shards/shard-log.js';
import { batchRecord } from '../shards/shard-records.js';
import { resultsLeft, rowOfGoneBatch, sentByAnother } from './gone-batches.js';
import { type Harvest, type HarvestParts, harvestShard } from './harvest.js';
import type { QueueRoom } from './queue-room.js';
import type { RemoteLeftovers } from './remote-leftovers.js';
import type { WakeUp } from './wake-up.js';

export interface WatchParts extends Omit<HarvestParts, 'rest'> {
  readonly service: Pick<BatchService, 'poll' | 'results' | 'cancel'>;
  readonly log: ShardLog;
  readonly wakeUp: WakeUp;
  readonly clock: Clock;
  readonly timings: BatchApiTimings;
  /** Between two looks at a batch, in ms; longer where nothing changes. */
  readonly pollMs: number;
  readonly leftovers: RemoteLeftovers;
  readonly queueRoom: QueueRoom;
  /** Fingerprint of the address and the key. */
  readonly sender: string;
  /** What becomes of the rows of a batch that is gone at the service. */
  readonly goneBatches: GoneBatches;
  readonly news: (news: BatchApiNews) => void;
  /** The results of a shard with these rows are there. */
  readonly harvested: (rows: RowRanges) => void;
  /** The run cannot go on: no row is to blame. */
  readonly stopRun: (error: BatchApiError | CallError) => void;
}

/** A batch that was there is not looked for longer: where a service loses sight of one for a moment, it is the first. */
const LOOKS_UNTIL_GONE = 3;

/** How much longer the next wait is where nothing changed. */
const SLOWER = 1.5;

/** Batches in a row without a single result: the next one would have none either. */
const MOST_FRUITLESS = 3;

/** What stands for the batch of a shard that has none. */
const NO_BATCH: RemoteBatch = { id: '', phase: 'ended', word: '', details: {} };
const NO_RESULTS: Pick<BatchService, 'results'> = { async *results() {} };

/** Rows that a batch has done so far, as its service counts them. */
function doneOf({ counts }: Pick<RemoteBatch, 'counts'> = {}): number {
  return (counts?.succeeded ?? 0) + (counts?.failed ?? 0);
}

/** When a batch is looked at next, and what was seen of it. */
interface Look {
  at: number;
  waitMs: number;
  word: string;
  /** Looks in a row that did not find it. */
  misses: number;
}

/** Looks at the batches that are out, one after another, and takes the results of those that have ended. */
export class ShardWatch {
  readonly #looks = new Map<number, Look>();
  #fruitless = 0;
  #isCancelling = false;

  constructor(private readonly parts: WatchParts) {}

  /** Resolves when the run is stopped. */
  async run(): Promise<void> {
    const { wakeUp, clock, log } = this.parts;
    while (!wakeUp.isStopped) {
      const seen = wakeUp.changes;
      const next = this.#next(log.shards.visible);
      if (next === undefined) {
        await wakeUp.next(undefined, seen);
        continue;
      }
      const waitMs = this.#lookOf(next).at - clock.now();
      if (waitMs > 0) await wakeUp.next(waitMs, seen);
      else await this.#lookAt(next);
    }
  }

  /** Asks for the end of all batches that are out. They have ended when a look says so. */
  async cancelAll(): Promise<void> {
    this.#isCancelling = true;
    for (const shard of this.parts.log.shards.visible) {
      if (shard.batch !== undefined && shard.step !== 'ended') await this.#cancel(shard, shard.batch);
      this.#lookOf(shard).at = 0;
    }
    this.parts.wakeUp.all();
  }

  #next(out: readonly Shard[]): Shard | undefined {
    let next: Shard | undefined;
    for (const shard of out) {
      if (next === undefined || this.#lookOf(shard).at < this.#lookOf(next).at) next = shard;
    }
    return next;
  }

  #lookOf({ number }: Pick<Shard, 'number'>): Look {
    let look = this.#looks.get(number);
    if (look === undefined) {
      look = { at: this.parts.clock.now(), waitMs: this.parts.pollMs, word: '', misses: 0 };
      this.#looks.set(number, look);
    }
    return look;
  }

  async #lookAt(shard: Shard): Promise<void> {
    const { batch } = shard;
    if (batch === undefined) return;
    try {
      const now = shard.step === 'ended' ? batch : await this.parts.service.poll(batch);
      if (now.phase === 'ended') await this.#end(shard, now);
      else {
        await this.#noteLook(shard, now);
        if (this.#isCancelling && now.phase !== 'cancelling') await this.#cancel(shard, now);
      }
    } catch (error) {
      if (!(error instanceof BatchApiError)) throw error;
      if (error.kind === 'not-visible') await this.#miss(shard, batch, error);
      else this.#recover(shard, error);
    }
  }

  /** All rows of a shard that has no batch are to be sent again, in others. */
  async giveBack(shard: Shard): Promise<void> {
    this.parts.news({
      kind: 'split',
      shard: shard.number,
      rows: shard.rows.count,
      tokens: this.parts.queueRoom.limit,
    });
    await this.#harvest(shard, NO_BATCH, { service: NO_RESULTS, rest: undefined });
    this.parts.wakeUp.all();
  }

  async #cancel({ number: shard }: Shard, batch: RemoteBatch): Promise<void> {
    try {
      await this.parts.service.cancel(batch);
    } catch (error) {
      if (!(error instanceof BatchApiError)) throw error;
      // It may have ended meanwhile; the next look tells, and asks again where it has not.
      this.parts.news({ kind: 'trying-again', shard, message: error.message });
    }
  }

  async #noteLook(shard: Shard, now: RemoteBatch): Promise<void> {
    const { pollMs, timings, clock, news, log } = this.parts;
    const look = this.#lookOf(shard);
    const hasChanged = look.word !== now.word;
    if (hasChanged) news({ kind: 'phase', shard: shard.number, batch: now.id, word: now.word });
    if (hasChanged || doneOf(now) !== doneOf(shard.batch)) {
      await log.note({ step: 'seen', shard: shard.number, at: clock.wallNow(), batch: batchRecord(now) });
    }
    look.word = now.word;
    look.misses = 0;
    look.waitMs = hasChanged
      ? pollMs
      : Math.min(Math.max(pollMs, timings.slowestPollMs), look.waitMs * SLOWER);
    look.at = clock.now() + look.waitMs;
    shard.batch = now;
  }

  /** A batch that was sent with this key is gone. One that was sent with another may be there, and so may all others. */
  async #miss(shard: Shard, batch: RemoteBatch, error: BatchApiError): Promise<void> {
    const { sender, goneBatches, news, stopRun, wakeUp, service } = this.parts;
    const { number, rows } = shard;
    if (shard.sentBy !== sender) {
      stopRun(sentByAnother(shard, sender, error.message));
      return;
    }
    const look = this.#lookOf(shard);
    if (++look.misses < LOOKS_UNTIL_GONE) {
      this.#lookLater(shard, error);
      return;
    }
    news({ kind: 'gone', shard: number, batch: batch.id, rows: rows.count, message: error.message });
    if (goneBatches === 'stop') shard.isGone = true;
    else {
      const rest = goneBatches === 'again' ? undefined : rowOfGoneBatch(shard);
      await this.#harvest(shard, batch, { service: resultsLeft(service), rest });
      this.#looks.delete(number);
    }
    wakeUp.all();
  }

  #recover(shard: Shard, error: BatchApiError): void {
    if (error.kind === 'unknown' || error.kind === 'later') this.#lookLater(shard, error);
    else this.parts.stopRun(error);
  }

  #lookLater(shard: Shard, error: BatchApiError): void {
    const { timings, clock, news } = this.parts;
    news({ kind: 'trying-again', shard: shard.number, message: error.message });
    const look = this.#lookOf(shard);
    look.waitMs = Math.min(Math.max(timings.afterErrorMs, look.waitMs * SLOWER), timings.slowestPollMs);
    look.at = clock.now() + (error.details.retryAfterMs ?? look.waitMs);
  }

  async #end(shard: Shard, now: RemoteBatch): Promise<void> {
    const { log, clock, news, wakeUp, stopRun, queueRoom } = this.parts;
    const { number } = shard;
    if (now.refusal !== undefined) {
      const { message, kind } = now.refusal;
      await log.note({ step: 'freed', shard: number, at: clock.wallNow(), why: message });
      this.#looks.delete(number);
      if (kind === 'later' || kind === 'unknown') {
        shard.waitsForRoom = true;
        await queueRoom.refused(shard, now.refusal);
        news({ kind: 'later', shard: number, message });
      } else stopRun(now.refusal);
      wakeUp.all();
      return;
    }
    if (shard.step !== 'ended') {
      await log.note({ step: 'ended', shard: number, at: clock.wallNow(), batch: batchRecord(now) });
    }
    const harvest = await this.#harvest(shard, now, { service: this.parts.service, rest: undefined });
    this.#judge(now, harvest);
    this.#looks.delete(number);
    wakeUp.all();
  }

  async #harvest(
    shard: Shard,
    batch: RemoteBatch,
    how: Pick<HarvestParts, 'service' | 'rest'>,
  ): Promise<Harvest> {
    const { log, clock, news, folder } = this.parts;
    const { number } = shard;
    const harvest = await harvestShard(shard, batch, { ...this.parts, ...how });
    const { odd, stop: _, inOtherForm: __, ...brought } = harvest;
    const { form } = this.parts.replies;
    if (form !== (log.shards.form ?? shard.form)) await log.note({ step: 'form', at: clock.wallNow(), form });
    await log.note({ step: 'harvested', shard: number, at: clock.wallNow(), ...brought });
    this.parts.harvested(shard.rows);
    const { answered, failed, open } = brought;
    if (batch !== NO_BATCH)
      news({ kind: 'collected', shard: number, batch: batch.id, answered, failed, open });
    if (odd.foreign + odd.duplicate + odd.unreadable > 0) news({ kind: 'odd-lines', shard: number, ...odd });
    await folder.remove(number, 'requests');
    await folder.remove(number, 'carried');
    await this.parts.leftovers.removeOf(shard);
    return harvest;
  }

  /** Stops the run for what no row is to blame for. */
  #judge(batch: RemoteBatch, { answered, failed, open, stop, inOtherForm }: Harvest): void {
    const { stopRun } = this.parts;
    // Those that went out before the first refusal all come back.
    if (inOtherForm > 0) return;
    this.#fruitless = answered + failed === 0 && open > 0 ? this.#fruitless + 1 : 0;
    if (stop !== undefined) stopRun(stop);
    else if (this.#fruitless >= MOST_FRUITLESS) {
      stopRun(
        new BatchApiError(
          'refused',
          `the last ${MOST_FRUITLESS} batches ended (${batch.word}) without a single result; --live-after finishes the rows with live calls`,
        ),
      );
    }
  }
}
