import { fileURLToPath } from 'node:url';
import { type MeasuredOptions, type MeasuredProcess, startMeasured } from './measured-process.js';
import type { Workspace } from './workspace.js';

const BATCHAI = fileURLToPath(new URL('../../bin/batchai.js', import.meta.url));

export const CONCURRENCY = 50;
/** Paced like any other run, but by a limit that nothing reaches: the limiter's own cost is measured, too. */
const BEYOND_REACH = '10000000/s';

export interface RunSettings {
  /** The bench's fabric at Promptha where nothing is said, or the name of one of the bench's fabric files. */
  readonly fabric?: string;
  readonly input: string;
  /** A path, or `-`. */
  readonly output: string;
  readonly url: string;
  readonly concurrency?: number | 'auto';
  readonly rateLimit?: string;
  readonly resume?: boolean;
  /** Further options, as they are typed. */
  readonly more?: readonly string[];
  /** The URL of the Redis whose workers make the calls. */
  readonly queue?: string;
}

/** The built program, as a person would start it. */
export function startBatchai(
  workspace: Workspace,
  args: readonly string[],
  options?: MeasuredOptions,
): MeasuredProcess {
  return startMeasured(workspace, BATCHAI, args, options);
}

/** `batchai run` of one of the bench's fabrics against one of the bench's servers. */
export function startRun(
  workspace: Workspace,
  settings: RunSettings,
  options?: MeasuredOptions,
): MeasuredProcess {
  const {
    fabric,
    input,
    output,
    url,
    concurrency = CONCURRENCY,
    rateLimit = BEYOND_REACH,
    resume = false,
    queue,
    more = [],
  } = settings;
  const args = ['run', input, '--fabric', fabricOf(fabric), '--output', output, '--base-url', url];
  args.push('--concurrency', String(concurrency), '--rate-limit', rateLimit, '--no-progress', '--quiet');
  if (resume) args.push('--resume');
  if (queue !== undefined) args.push('--queue', queue);
  args.push(...more);
  return startBatchai(workspace, args, options);
}

function fabricOf(file: string | undefined): string {
  return file === undefined ? 'bench' : fileURLToPath(new URL(`fabrics/${file}`, import.meta.url));
}
