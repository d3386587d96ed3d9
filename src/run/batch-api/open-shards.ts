import { createHash } from 'node:crypto';
import { isDone, isHarvested, lastRowOf, type Shard } from '../shards/shard.js';
import { ShardFolder } from '../shards/shard-files.js';
import { ShardLog } from '../shards/shard-log.js';
import type { Shards } from '../shards/shards.js';

export interface ShardsToOpen {
  /** The run's checkpoint folder. */
  readonly checkpoint: string;
  /** Rows that the checkpoint vouches for: what was kept for them goes. */
  readonly rowsVouched: number;
  readonly service: string;
  /** Of the service's API. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** ms since 1970. */
  readonly now: number;
}

export interface OpenedShards {
  readonly folder: ShardFolder;
  readonly log: ShardLog;
  /** Fingerprint of the address and the key, by which batches are visible or not. */
  readonly sender: string;
}

/** Opens what a run has sent so far, or begins to keep it. */
export async function openShards({
  checkpoint,
  rowsVouched,
  service,
  baseUrl,
  apiKey,
  now,
}: ShardsToOpen): Promise<OpenedShards> {
  const folder = new ShardFolder(checkpoint);
  await folder.make();
  const log = await ShardLog.open(folder.log);
  try {
    await clearDone(log.shards, folder, rowsVouched);
    if (log.shards.opened === undefined) {
      await log.note({ step: 'opened', at: now, service, key: fingerprintOf(apiKey) });
    }
  } catch (error) {
    await log.close();
    throw error;
  }
  return { folder, log, sender: fingerprintOf(`${new URL(baseUrl).origin} ${apiKey ?? ''}`) };
}

/**
 * Forgets shards whose rows are all in the output, but for those that may have something at the service yet, and
 * removes files that a crash left.
 */
async function clearDone(shards: Shards, folder: ShardFolder, rowsVouched: number): Promise<void> {
  const isOver = (shard: Shard) => isDone(shard) && lastRowOf(shard) <= rowsVouched;
  for (const shard of [...shards.all]) {
    if (isOver(shard) && shard.step !== 'harvested') shards.forget(shard.number);
  }
  await folder.clear((number, file) => {
    const shard = shards.get(number);
    if (shard === undefined || isOver(shard)) return false;
    switch (file) {
      case 'requests':
      case 'carried':
        return !isHarvested(shard);
      case 'open':
        return isHarvested(shard) && shard.open > shard.taken;
      case 'results':
        return true;
    }
  });
}

/** Tells keys apart, and gives none away: batches are visible to the key that made them. */
function fingerprintOf(key: string | undefined): string {
  if (key === undefined) return '';
  return createHash('sha256').update(`batchai key ${key}`).digest('hex').slice(0, 12);
}
