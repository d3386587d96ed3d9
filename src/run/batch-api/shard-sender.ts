import {
  BatchApiError,
  type BatchService,
  type RemoteBatch,
  type SubmissionRecord,
} from '../../batch-api/batch-service.js';
import type { Clock } from '../../limits/clock.js';
import type { BatchApiNews } from '../../monitor/batch-api-news.js';
import type { BatchApiTimings } from '../control/batch-api-timings.js';
import type { Shard } from '../shards/shard.js';
import type { ShardFolder } from '../shards/shard-files.js';
import type { ShardLog } from '../shards/shard-log.js';
import { batchRecord } from '../shards/shard-records.js';
import type { QueueRoom } from './queue-room.js';
import { parseRequestId, tagOf } from './request-id.js';
import type { WakeUp } from './wake-up.js';

export interface SenderParts {
  readonly service: Pick<BatchService, 'submit' | 'find' | 'poll' | 'results'>;
  readonly log: ShardLog;
  readonly folder: ShardFolder;
  readonly wakeUp: WakeUp;
  readonly queueRoom: QueueRoom;
  /** The rows of a shard that is too large for the service's queue go into smaller ones. */
  readonly giveBack: (shard: Shard) => Promise<void>;
  readonly clock: Clock;
  readonly timings: BatchApiTimings;
  /** Between two looks at a batch, in ms. */
  readonly pollMs: number;
  readonly model: string;
  /** Of the run, in tags. */
  readonly run: string;
  /** Fingerprint of the address and the key. */
  readonly sender: string;
  /** Nothing is to be sent any more. */
  readonly isOver: () => boolean;
  readonly news: (news: BatchApiNews) => void;
  /** The run cannot go on: no row is to blame. */
  readonly stopRun: (error: BatchApiError) => void;
}

/** So many requests without an answer in a row, with no batch out, tell that the service cannot be reached. */
const MOST_UNANSWERED = 8;

/**
 * Brings shards to the service, so that none is ever created twice: where the answer to a creation is lost, the batch
 * is looked for by its tag, and only a definite no, or its absence over minutes, lets it be created again.
 */
export class ShardSender {
  #unanswered = 0;

  constructor(private readonly parts: SenderParts) {}

  /** Resolves when the shard's batch is there, or when the run is stopped. */
  async send(shard: Shard): Promise<void> {
    const { wakeUp, isOver, timings, queueRoom, giveBack } = this.parts;
    while (!wakeUp.isStopped && !isOver()) {
      if (shard.step !== 'creating' && (await queueRoom.isTooSmallFor(shard))) {
        await giveBack(shard);
        return;
      }
      if (shard.waitsForRoom) {
        await this.#waitForRoom(timings.laterMs, Number.POSITIVE_INFINITY);
        shard.waitsForRoom = false;
        continue;
      }
      if (shard.step !== 'creating' && queueRoom.isTooFullFor(shard)) {
        await this.#waitForRoom(0, Number.POSITIVE_INFINITY);
        continue;
      }
      if (shard.step === 'creating' && (await this.#lookFor(shard)) !== 'free') return;
      if (wakeUp.isStopped || isOver()) return;
      if (await this.#submit(shard)) return;
    }
  }

  /** Finds out what became of a creation that had no answer; the shard is out then, or free. */
  async settle(shard: Shard): Promise<void> {
    if (shard.step === 'creating') await this.#lookFor(shard);
  }

  /** True where it is created, or where the run stops. */
  async #submit(shard: Shard): Promise<boolean> {
    const { service, log, folder, model, run, clock } = this.parts;
    try {
      const batch = await service.submit(
        {
          tag: tagOf(run, shard.number),
          path: folder.of(shard.number, 'requests'),
          bytes: shard.bytes,
          rows: shard.rows.count,
          model,
          upload: shard.upload,
        },
        this.#recordOf(shard),
      );
      this.#unanswered = 0;
      await log.note({
        step: 'created',
        shard: shard.number,
        at: clock.wallNow(),
        batch: batchRecord(batch),
      });
      this.#tellCreated(shard, batch, 'answered');
      return true;
    } catch (error) {
      if (!(error instanceof BatchApiError)) throw error;
      return this.#recover(shard, error);
    }
  }

  /** True where the run stops. */
  async #recover(shard: Shard, error: BatchApiError): Promise<boolean> {
    const { timings, wakeUp, news, stopRun, log, queueRoom } = this.parts;
    const { number } = shard;
    const { message, details, kind } = error;
    if (kind === 'unknown') {
      news({ kind: 'trying-again', shard: number, message });
      if (
        ++this.#unanswered >= MOST_UNANSWERED &&
        log.shards.visible.length === 0 &&
        shard.step !== 'creating'
      ) {
        stopRun(error);
        return true;
      }
      await wakeUp.pause(
        details.retryAfterMs ?? Math.min(timings.slowestPollMs, timings.afterErrorMs * this.#unanswered),
      );
      return false;
    }
    if (shard.step === 'creating') await this.#free(shard, message);
    if (kind === 'later') {
      await queueRoom.refused(shard, error);
      if (await queueRoom.isTooSmallFor(shard)) return false;
      news({ kind: 'later', shard: number, message });
      const { retryAfterMs } = details;
      await this.#waitForRoom(retryAfterMs ?? timings.laterMs, retryAfterMs ?? timings.slowestPollMs);
      return false;
    }
    stopRun(error);
    return true;
  }

  /** Resolves when a batch of ours has ended, which makes room for another, or after a while: in ms. */
  async #waitForRoom(whereNoneIsOut: number, whereSomeAreOut: number): Promise<void> {
    const { log, wakeUp, clock, isOver } = this.parts;
    const outBefore = log.shards.visible.length;
    const start = clock.now();
    while (!wakeUp.isStopped && !isOver()) {
      const out = log.shards.visible.length;
      const left = start + (out === 0 ? whereNoneIsOut : whereSomeAreOut) - clock.now();
      if (out < outBefore || left <= 0) return;
      await wakeUp.next(Number.isFinite(left) ? left : undefined);
    }
  }

  /** Finds the batch whose creation had no answer; `free` where there is none. */
  async #lookFor(shard: Shard): Promise<'found' | 'free' | 'stopped'> {
    const { service, timings, wakeUp, log, run, news, stopRun } = this.parts;
    const lost = () => ({
      tag: tagOf(run, shard.number),
      rows: shard.rows.count,
      file: shard.upload.state === 'done' ? shard.upload.file : undefined,
      sentAt: shard.sentAt,
      others: new Set([...log.shards.all].flatMap(({ batch }) => batch?.id ?? [])),
    });
    for (let look = 0; look < timings.findMs.length; ) {
      await wakeUp.pause(timings.findMs[look] ?? 0);
      if (wakeUp.isStopped) return 'stopped';
      try {
        const found = await service.find(lost());
        const batch = found.kind === 'one' ? found.batch : await this.#ownAmong(shard, found);
        // Only a look that came to an end tells that there is none.
        look++;
        if (batch === undefined) continue;
        await this.#adopt(shard, batch);
        return 'found';
      } catch (error) {
        if (!(error instanceof BatchApiError)) throw error;
        if (error.kind !== 'unknown' && error.kind !== 'later') {
          stopRun(error);
          return 'stopped';
        }
        news({ kind: 'trying-again', shard: shard.number, message: error.message });
        await wakeUp.pause(timings.afterErrorMs);
      }
    }
    if (wakeUp.isStopped) return 'stopped';
    if (shard.sentBy !== undefined && shard.sentBy !== this.parts.sender) {
      stopRun(sentByAnother(shard, this.parts.sender));
      return 'stopped';
    }
    await this.#free(shard, 'no batch carries its tag');
    return 'free';
  }

  /**
   * The shard's batch among those that may be it, told by the ids in their results once they have ended; as long as one
   * runs, the shard waits. (Anthropic's batches carry no tag.)
   */
  async #ownAmong(
    shard: Shard,
    found: { readonly kind: string; readonly batches?: readonly RemoteBatch[] },
  ): Promise<RemoteBatch | undefined> {
    const { wakeUp, service, pollMs } = this.parts;
    let left = [...(found.batches ?? [])];
    while (left.length > 0 && !wakeUp.isStopped) {
      const running: RemoteBatch[] = [];
      for (const candidate of left) {
        const now = await service.poll(candidate);
        if (now.phase !== 'ended') running.push(now);
        else if (await this.#isOf(shard, now)) return now;
      }
      left = running;
      if (left.length > 0) await wakeUp.pause(pollMs);
    }
    return undefined;
  }

  async #isOf(shard: Shard, batch: RemoteBatch): Promise<boolean> {
    for await (const { id } of this.parts.service.results(batch)) {
      const request = id === undefined ? undefined : parseRequestId(id);
      if (request !== undefined) return request.run === this.parts.run && request.shard === shard.number;
    }
    return false;
  }

  async #adopt(shard: Shard, batch: RemoteBatch): Promise<void> {
    const at = this.parts.clock.wallNow();
    await this.parts.log.note({ step: 'created', shard: shard.number, at, batch: batchRecord(batch) });
    this.#tellCreated(shard, batch, 'found');
  }

  async #free({ number: shard }: Shard, why: string): Promise<void> {
    await this.parts.log.note({ step: 'freed', shard, at: this.parts.clock.wallNow(), why });
  }

  #recordOf({ number: shard }: Shard): SubmissionRecord {
    const { log, clock, sender } = this.parts;
    const at = () => clock.wallNow();
    return {
      uploading: () => log.note({ step: 'uploading', shard, at: at() }),
      uploaded: (file) => log.note({ step: 'uploaded', shard, at: at(), file }),
      creating: () => log.note({ step: 'creating', shard, at: at(), by: sender }),
    };
  }

  #tellCreated(shard: Shard, { id }: RemoteBatch, how: 'answered' | 'found'): void {
    const rows = shard.rows.count;
    this.parts.news({ kind: 'created', shard: shard.number, batch: id, rows, how });
    this.parts.wakeUp.all();
  }
}

/** Its batch may be there, and not to be seen: created again, its rows would be paid for twice. */
function sentByAnother({ number, sentBy }: Shard, sender: string): BatchApiError {
  return new BatchApiError(
    'not-visible',
    `whether shard ${number} has a batch is not known: it was sent with another key, or to another address (fingerprint ${sentBy}; this one's is ${sender}), and the answer was lost; go on with those`,
  );
}
