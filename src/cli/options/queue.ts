import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';

const QUEUE_PREFIX_OPTION = {
  flags: '--queue-prefix <prefix>',
  group: 'Many machines',
  meaning: 'prefix of all Redis keys; must contain a {hash tag}',
  default: '{batchai}',
} as const satisfies OptionRow;

/** Where the queue is. */
export const QUEUE_ADDRESS_OPTIONS = [
  {
    flags: '--queue <url>',
    group: 'Many machines',
    meaning: "the queue's Redis, at redis://, rediss:// or redis+sentinel://; also BATCHAI_QUEUE_URL",
    default: 'redis://127.0.0.1:6379',
  },
  QUEUE_PREFIX_OPTION,
] as const satisfies readonly OptionRow[];

/** Whether there is a queue, and where, for commands that do without one as well. */
export const QUEUE_OPTIONS = [
  {
    flags: '--queue <url>',
    group: 'Many machines',
    brief: 'have workers make the calls, over the Redis at redis://',
    meaning:
      'have workers make the calls, over the Redis at redis://, rediss:// or redis+sentinel://; also BATCHAI_QUEUE_URL; or none',
    default: 'none',
  },
  QUEUE_PREFIX_OPTION,
] as const satisfies readonly OptionRow[];

/** How workers come to the files that rows name. */
export const QUEUE_FILES_OPTIONS = [
  {
    flags: '--queue-files <how>',
    group: 'Many machines',
    meaning:
      'files that rows name are sent to workers (send), or each worker reads them under the same paths (shared)',
    default: 'send',
  },
] as const satisfies readonly OptionRow[];

/** The options of `batchai queue status`. */
export const QUEUE_STATUS_OPTIONS = [
  ...QUEUE_ADDRESS_OPTIONS,
  ...DEFAULTS_OPTIONS,
  {
    flags: '--watch',
    group: 'Watching',
    meaning: 'look every second until Ctrl-C; a plain line every 10 s where there is no terminal',
  },
  {
    flags: '--json',
    group: 'Watching',
    meaning: 'the same as JSON on standard output; with --watch a line a second',
  },
] as const satisfies readonly OptionRow[];

/** The options of `batchai queue clean`. */
export const QUEUE_CLEAN_OPTIONS = [
  ...QUEUE_ADDRESS_OPTIONS,
  ...DEFAULTS_OPTIONS,
  { flags: '--force', group: 'Many machines', meaning: 'also while the run is going on' },
] as const satisfies readonly OptionRow[];

export type QueueAddressFlags = FlagsOf<(typeof QUEUE_ADDRESS_OPTIONS)[number]>;

export type QueueStatusFlags = FlagsOf<(typeof QUEUE_STATUS_OPTIONS)[number]>;

export type QueueCleanFlags = FlagsOf<(typeof QUEUE_CLEAN_OPTIONS)[number]>;
