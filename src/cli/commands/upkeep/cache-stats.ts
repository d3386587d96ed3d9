import { findCache } from '../../../run/reuse/cache-folder.js';
import { counted, formatBytes } from '../../../wording/wording.js';
import type { ExitCode } from '../../exit-codes.js';
import type { CommandContext } from '../../io.js';
import type { CacheStatsFlags } from '../../options/cache.js';
import { print } from '../../print.js';

/** `batchai cache stats`: what is in the cache, on standard output. */
export async function cacheStatsCommand(flags: CacheStatsFlags, { io }: CommandContext): Promise<ExitCode> {
  const { folder, stats } = await findCache(flags.cache, io.env);
  const { answers = 0, bytes = 0, oldest, newest } = stats ?? {};
  if (flags.json) {
    const times = { oldest: timeOf(oldest), newest: timeOf(newest) };
    print(io, `${JSON.stringify({ folder, exists: stats !== undefined, answers, bytes, ...times })}\n`);
  } else if (stats === undefined) {
    print(io, `there is no cache at ${folder}\n`);
  } else {
    const age =
      oldest === undefined || newest === undefined
        ? ''
        : `, from ${localTime(oldest)} to ${localTime(newest)}`;
    print(io, `${folder}: ${counted(answers, 'answer')}, ${formatBytes(bytes)}${age}\n`);
  }
  return 0;
}

/** RFC 3339. */
function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function localTime(ms: number): string {
  return new Date(ms).toLocaleString();
}
