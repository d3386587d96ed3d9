import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import { counted } from '../../wording/wording.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import { ShardFolder } from './shard-files.js';
import { readShardLog } from './shard-log.js';
import { Shards } from './shards.js';

/** How a run is about to begin where one has been. */
export interface BeginningOverShards {
  readonly settings: Pick<RunSettings, 'existing' | 'limit'>;
  readonly beginning: { readonly kind: 'new' } | { readonly checkpoint: Pick<Checkpoint, 'rowsCommitted'> };
  /** What it goes through; undefined: its rows are live calls. */
  readonly batchApi: object | undefined;
}

/**
 * A run that has rows at a batch API is not begun anew, nor gone on with by live calls or without some of them, while
 * they are there: they would be paid twice.
 *
 * @throws SetUpError
 */
export async function checkShardsOut(
  checkpoint: string | undefined,
  { settings: { existing, limit }, beginning, batchApi }: BeginningOverShards,
): Promise<void> {
  const rowsCommitted = 'checkpoint' in beginning ? beginning.checkpoint.rowsCommitted : undefined;
  if (checkpoint === undefined) return;
  const { records } = await readShardLog(new ShardFolder(checkpoint).log);
  const shards = new Shards(records);
  const service = shards.opened?.service ?? 'the service';
  const batches = (count: number) => `${counted(count, 'batch', 'batches')} at ${service}`;
  if (batchApi !== undefined && rowsCommitted !== undefined) {
    const last = shards.lastRowOfUnfinished(rowsCommitted);
    if (limit === undefined || last <= limit) return;
    throw new SetUpError(
      `--limit ${limit}: rows up to ${last} were sent to ${service}, and are paid for: leave out --limit, or give ${last} at least`,
    );
  }
  const left = shards.unfinished(rowsCommitted ?? 0);
  if (rowsCommitted !== undefined && left > 0) {
    throw new SetUpError(`this run has rows in ${batches(left)}: add --batch-api to collect them`);
  }
  const out = shards.out.length + shards.waiting.length;
  if (existing === 'overwrite' && out > 0) {
    throw new SetUpError(
      `the run that is there has ${batches(out)}, which would be billed for nothing: collect them first, by going on without --overwrite; where the service has them no more, remove ${checkpoint} first`,
    );
  }
}
