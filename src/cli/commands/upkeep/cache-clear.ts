import { emptyCache } from '../../../run/reuse/cache-folder.js';
import { counted } from '../../../wording/wording.js';
import type { ExitCode } from '../../exit-codes.js';
import type { CommandContext } from '../../io.js';
import type { CacheClearFlags } from '../../options/cache.js';
import { print } from '../../print.js';

/** `batchai cache clear`: removes all answers, and says how many there were. */
export async function cacheClearCommand(flags: CacheClearFlags, { io }: CommandContext): Promise<ExitCode> {
  const { folder, stats } = await emptyCache(flags.cache, io.env);
  print(
    io,
    stats === undefined
      ? `there is no cache at ${folder}\n`
      : `${folder}: removed ${counted(stats.answers, 'answer')}\n`,
  );
  return 0;
}
