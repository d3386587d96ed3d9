import type { RetrySettings } from '../../run/retry/plan-retry.js';
import {
  parseConcurrency,
  parseCount,
  parseDuration,
  parseMaxErrors,
  parseRate,
} from '../../run/settings/option-parsers.js';
import type { OptionRow } from './option-table.js';
import { QUEUE_OPTIONS } from './queue.js';
import { given } from './run.js';
import { WATCH_OPTIONS, type WatchFlags } from './watch.js';

const AS_IN_THE_RUN = 'as in the run';

/** The options of `batchai retry`: flags, help, and docs/reference/cli.md come from here. */
export const RETRY_OPTIONS = [
  {
    flags: '--kind <kinds>',
    meaning: 'only failures of these kinds, such as timeout,server',
    default: 'all',
    parse: parseKinds,
  },
  { flags: '-f, --fabric <fabric>', meaning: 'another fabric', default: AS_IN_THE_RUN },
  {
    flags: '-c, --concurrency <n>',
    meaning: 'calls in flight at once; auto: as many as rate and latency ask for',
    default: AS_IN_THE_RUN,
    parse: parseConcurrency,
  },
  {
    flags: '-b, --batch-size <n>',
    meaning: 'rows in a batch',
    default: AS_IN_THE_RUN,
    parse: parseCount('--batch-size'),
  },
  {
    flags: '-r, --rate-limit <rate>',
    meaning: '100, 100/min, 20/s, 5000/h, none; auto: as fast as the service takes',
    default: AS_IN_THE_RUN,
    parse: parseRate,
  },
  {
    flags: '--attempts <n>',
    meaning: 'calls a row may cost, the first included; a wait that the service asked for is not one',
    default: AS_IN_THE_RUN,
    parse: parseCount('--attempts'),
  },
  {
    flags: '--timeout <duration>',
    meaning: 'timeout of one call',
    default: AS_IN_THE_RUN,
    parse: parseDuration('--timeout'),
  },
  { flags: '--checkpoint <dir>', meaning: "the run's checkpoint folder", default: '<output>.checkpoint' },
  { flags: '--dead-letters <file>', meaning: 'file of the rows that failed', default: AS_IN_THE_RUN },
  {
    flags: '--max-errors <n or n%>',
    meaning: 'stop, resumable, past this many failed rows',
    default: 'none',
    parse: parseMaxErrors,
  },
  { flags: '--resume', meaning: 'continue an interrupted retry, which a retry does anyway' },
  { flags: '--dry-run', meaning: 'check everything, print the plan, call nothing' },
  {
    flags: '--base-url <url>',
    meaning: "the API's base; for Promptha also PROMPTHA_BASE_URL",
    default: AS_IN_THE_RUN,
  },
  ...QUEUE_OPTIONS,
  ...WATCH_OPTIONS,
  { flags: '--json', meaning: 'the summary as JSON on standard output' },
  { flags: '--no-progress', meaning: 'no progress bar or lines' },
  { flags: '--quiet', meaning: 'nothing but errors' },
] as const satisfies readonly OptionRow[];

/** What commander makes of them, and of the table's parsers. */
export interface RetryFlags extends WatchFlags {
  readonly kind?: readonly string[];
  readonly fabric?: string;
  readonly concurrency?: RetrySettings['concurrency'];
  readonly batchSize?: number;
  readonly rateLimit?: RetrySettings['rate'];
  readonly attempts?: number;
  readonly timeout?: number;
  readonly checkpoint?: string;
  readonly deadLetters?: string;
  readonly maxErrors?: RetrySettings['maxErrors'];
  readonly dryRun?: true;
  readonly baseUrl?: string;
  readonly queue?: string;
  readonly queuePrefix?: string;
  readonly json?: true;
  readonly progress: boolean;
  readonly quiet?: true;
}

export function retrySettingsOf(
  output: string,
  flags: RetryFlags,
  environment: NodeJS.ProcessEnv,
): RetrySettings {
  return {
    output,
    environment,
    ...given({
      kinds: flags.kind,
      fabric: flags.fabric,
      concurrency: flags.concurrency,
      batchSize: flags.batchSize,
      rate: flags.rateLimit,
      attempts: flags.attempts,
      timeoutMs: flags.timeout,
      checkpoint: flags.checkpoint,
      deadLetters: flags.deadLetters,
      maxErrors: flags.maxErrors,
      baseUrl: flags.baseUrl,
      queue: flags.queue,
      queuePrefix: flags.queuePrefix,
    }),
  };
}

/** `timeout` or `timeout,server`. */
function parseKinds(text: string): string[] {
  return text
    .split(',')
    .map((kind) => kind.trim())
    .filter((kind) => kind !== '');
}
