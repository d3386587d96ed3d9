import { formatCount } from '../../monitor/wording.js';
import { emptyCache } from '../../run/reuse/cache-folder.js';
import type { CacheFlags } from '../options/cache.js';
import { print } from '../print.js';

/** `batchai cache clear`: removes all answers, and says how many there were. */
export async function cacheClearCommand(flags: CacheFlags): Promise<void> {
  const { folder, stats } = await emptyCache(flags.cache, process.env);
  print(
    stats === undefined
      ? `there is no cache at ${folder}\n`
      : `${folder}: ${formatCount(stats.answers)} answers are removed\n`,
  );
}
