import { BatchApiError, type BatchService, type Leftovers } from '../../batch-api/batch-service.js';
import type { Clock } from '../../limits/clock.js';
import type { BatchApiNews } from '../../monitor/batch-api-news.js';
import type { Shard } from '../shards/shard.js';
import type { ShardLog } from '../shards/shard-log.js';
import { tagOf } from './request-id.js';

export interface LeftoverParts {
  readonly service: Pick<BatchService, 'remove'>;
  readonly log: ShardLog;
  readonly clock: Clock;
  /** Of the run, in tags. */
  readonly run: string;
  /** Files and batches are left at the service. */
  readonly keepsRemote: boolean;
  readonly news: (news: BatchApiNews) => void;
}

/**
 * Removes what shards have at the service and nobody needs any more. What cannot be removed is told, and stays in the
 * log: `batchai cancel` tries again.
 */
export class RemoteLeftovers {
  constructor(private readonly parts: LeftoverParts) {}

  /** Something could not be removed. */
  get areLeft(): boolean {
    const { log, keepsRemote } = this.parts;
    const { all, waiting } = log.shards;
    const isLeft = [...all].some(({ step }) => step === 'harvested');
    return !keepsRemote && (isLeft || waiting.some(({ upload }) => upload.state !== 'none'));
  }

  /** Of a shard whose results are on disk. */
  async removeOf(shard: Shard): Promise<void> {
    const { log, clock, keepsRemote } = this.parts;
    const { number, upload, batch } = shard;
    const isGone = keepsRemote || (await this.#remove(number, { upload, batch }));
    if (!isGone) return;
    await log.note({ step: keepsRemote ? 'kept' : 'removed', shard: number, at: clock.wallNow() });
  }

  /** What a crash, or the service, kept from being removed. */
  async removeHarvested(): Promise<void> {
    for (const shard of this.parts.log.shards.all) {
      if (shard.step === 'harvested') await this.removeOf(shard);
    }
  }

  /**
   * Files of shards of which no batch was made; they are uploaded anew where the run goes on. Of a creation without an
   * answer nobody knows whether its batch needs the file.
   */
  async withdrawUnused(): Promise<void> {
    const { log, clock, keepsRemote } = this.parts;
    if (keepsRemote) return;
    for (const { number: shard, upload, step } of log.shards.waiting) {
      if (upload.state === 'none' || step === 'creating') continue;
      if (await this.#remove(shard, { upload, batch: undefined })) {
        await log.note({ step: 'withdrawn', shard, at: clock.wallNow() });
      }
    }
  }

  /** False where it could not be. */
  async #remove(shard: number, left: Pick<Leftovers, 'upload' | 'batch'>): Promise<boolean> {
    const { service, run, news } = this.parts;
    try {
      await service.remove({ tag: tagOf(run, shard), ...left });
      return true;
    } catch (error) {
      if (!(error instanceof BatchApiError)) throw error;
      news({ kind: 'not-removed', shard, message: error.message });
      return false;
    }
  }
}
