import type { FlagsOf, OptionRow } from './option-table.js';

const FOLDER = {
  flags: '--cache <folder>',
  group: 'Model and price',
  completes: 'folder',
  meaning: "the cache's folder",
  default: '~/.cache/batchai',
} as const satisfies OptionRow;

/** The options of `batchai cache stats`. */
export const CACHE_STATS_OPTIONS = [
  FOLDER,
  { flags: '--json', group: 'Watching', meaning: 'the same as JSON on standard output' },
] as const satisfies readonly OptionRow[];

/** The options of `batchai cache clear`. */
export const CACHE_CLEAR_OPTIONS = [FOLDER] as const satisfies readonly OptionRow[];

export type CacheStatsFlags = FlagsOf<(typeof CACHE_STATS_OPTIONS)[number]>;

export type CacheClearFlags = FlagsOf<(typeof CACHE_CLEAR_OPTIONS)[number]>;
