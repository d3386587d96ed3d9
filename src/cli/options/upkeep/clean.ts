import { parseDuration } from '../../../run/settings/option-parsers.js';
import type { OldEnough } from '../../../run/upkeep/old-checkpoints.js';
import type { FlagsOf, OptionRow } from '../option-table.js';

/** The options of `batchai clean`. */
export const CLEAN_OPTIONS = [
  {
    flags: '--older-than <duration>',
    group: 'Safety and resume',
    meaning: 'those of runs that were finished longer ago: 12h, 30d',
    default: '30d',
  },
  {
    flags: '--all',
    group: 'Safety and resume',
    meaning: 'also of runs with failed rows, which cannot be retried then, and of runs whose output is gone',
  },
  { flags: '-y, --yes', group: 'Safety and resume', meaning: 'remove without a question' },
  { flags: '--dry-run', group: 'Safety and resume', meaning: 'only say what would be removed' },
  { flags: '--json', group: 'Watching', meaning: 'the same as JSON on standard output' },
] as const satisfies readonly OptionRow[];

export type CleanFlags = FlagsOf<(typeof CLEAN_OPTIONS)[number]>;

/** @throws OptionError */
export function oldEnough({ olderThan = '30d', all }: CleanFlags): OldEnough {
  return {
    olderThanMs: parseDuration('--older-than', olderThan, A_CENTURY_MS),
    of: all ? 'all' : 'whole outputs',
  };
}

const A_CENTURY_MS = 36_525 * 24 * 3_600_000;
