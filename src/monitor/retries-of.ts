import type { FinishedResult } from '../fabric/row-result.js';

/** The calls for a row that were made again: of each tier that it was in, and of its judge, the first one is none. */
export function retriesOf({ calls, tiers }: FinishedResult): number {
  return Math.max(0, calls - Math.max(1, tiers?.steps.length ?? 0));
}
