import type { OptionRow } from './option-table.js';

const FOLDER = {
  flags: '--cache <folder>',
  meaning: "the cache's folder",
  default: '~/.cache/batchai',
} as const satisfies OptionRow;

/** The options of `batchai cache stats`. */
export const CACHE_STATS_OPTIONS = [
  FOLDER,
  { flags: '--json', meaning: 'the same as JSON on standard output' },
] as const satisfies readonly OptionRow[];

/** The options of `batchai cache clear`. */
export const CACHE_CLEAR_OPTIONS = [FOLDER] as const satisfies readonly OptionRow[];

export interface CacheFlags {
  readonly cache?: string;
}

export interface CacheStatsFlags extends CacheFlags {
  readonly json?: true;
}
