import type { BatchApiError } from '../../batch-api/batch-service.js';
import type { Clock } from '../../limits/clock.js';
import type { Shard } from '../shards/shard.js';
import type { ShardLog } from '../shards/shard-log.js';

export interface QueueRoomParts {
  readonly log: ShardLog;
  readonly clock: Clock;
  /** Tokens that may wait at the service at once, as the run was told; undefined: nobody said. */
  readonly mostTokens: number | undefined;
}

/** A refusal without a number may be due to what others have there: once is not enough to halve a shard. */
const REFUSALS_BEFORE_SPLIT = 2;

/** The room for tokens in the service's queue: as it was configured, and as the service has told since. */
export class QueueRoom {
  constructor(private readonly parts: QueueRoomParts) {}

  /** Infinity where nothing is known. */
  get limit(): number {
    const { log, mostTokens = Number.POSITIVE_INFINITY } = this.parts;
    return Math.min(mostTokens, log.shards.queueLimit);
  }

  /** Together with what is out, the shard would be too much. */
  isTooFullFor({ tokens }: Shard): boolean {
    const { visible } = this.parts.log.shards;
    return visible.length > 0 && visible.reduce((sum, out) => sum + out.tokens, tokens) > this.limit;
  }

  /** Learns from a refusal. */
  async refused(shard: Shard, { details: { fullQueue } }: BatchApiError): Promise<void> {
    if (fullQueue === undefined) return;
    const { shards } = this.parts.log;
    if (shards.visible.length === 0) shard.queueRefusals++;
    if (fullQueue.limit !== undefined && fullQueue.limit !== shards.queueLimit)
      await this.#note(fullQueue.limit);
  }

  /** The queue has no room for the shard even where it is alone: from now on, shards are smaller. */
  async isTooSmallFor({ queueRefusals, tokens, rows }: Shard): Promise<boolean> {
    if (queueRefusals === 0 || rows.count === 1) return false;
    if (tokens > this.limit) return true;
    if (queueRefusals < REFUSALS_BEFORE_SPLIT) return false;
    // It says no number, counts more tokens than there seemed to be, or has others' batches in its queue.
    await this.#note(Math.ceil(tokens / 2));
    return true;
  }

  async #note(tokens: number): Promise<void> {
    const { log, clock } = this.parts;
    await log.note({ step: 'queue-limit', at: clock.wallNow(), tokens });
  }
}
