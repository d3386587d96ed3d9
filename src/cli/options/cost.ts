import {
  parseAmount,
  parseCache,
  parseDeadline,
  parseMinScore,
  parseScore,
} from '../../run/settings/cost-parsers.js';
import { parseCount, parseDuration, parsePriceOption } from '../../run/settings/option-parsers.js';
import type { RunSettings } from '../../run/settings/settings.js';
import type { OptionRow } from './option-table.js';

const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000;

/** What a run may cost, and what makes it cheaper. */
export const COST_OPTIONS = [
  {
    flags: '--price <price>',
    meaning:
      'what calls cost: input=3,output=15 a million tokens, call=0.002, or credits=1 a thousand tokens',
    default: "the fabric file's, or the service's list",
    parse: parsePriceOption,
  },
  {
    flags: '--max-cost <amount>',
    meaning: 'stop, resumable, before the run costs more',
    default: 'none',
    parse: parseAmount('--max-cost'),
  },
  {
    flags: '--max-calls <n>',
    meaning: 'stop, resumable, after so many calls',
    default: 'none',
    parse: parseCount('--max-calls'),
  },
  {
    flags: '--deadline <time>',
    meaning: 'stop, resumable, so that no call is in flight at 06:00, or after 8h',
    default: 'none',
    parse: parseDeadline,
  },
  { flags: '--no-dedupe', meaning: 'call every row, also those that ask what another row has asked' },
  {
    flags: '--cache [folder]',
    meaning: 'keep answers over runs, and use those that are kept',
    default: 'no; without a folder, ~/.cache/batchai',
    parse: parseCache,
  },
  {
    flags: '--cache-ttl <duration>',
    meaning: 'ask again where an answer in the cache is older: 30d, 12h',
    default: 'none is too old',
    parse: parseDuration('--cache-ttl', TEN_YEARS_MS),
  },
  {
    flags: '--tier <fabric>',
    meaning:
      'ask this better fabric where an answer scores too low; may be given several times, the best last',
    repeatable: true,
  },
  {
    flags: '--min-score <n>',
    meaning: 'with --tier: an answer that scores less moves up',
    parse: parseMinScore,
  },
  {
    flags: '--score <scorer>',
    meaning: 'with --tier, who scores: field:<name>, fabric:<judge>, module:<file>, or schema',
    parse: parseScore,
  },
  {
    flags: '--meta-columns',
    meaning: 'columns about the calls of each row: model, tokens, cost, latency, tier, error',
  },
] as const satisfies readonly OptionRow[];

/** What commander makes of them, and of the table's parsers. */
export interface CostFlags {
  readonly price?: NonNullable<RunSettings['price']>;
  readonly maxCost?: number;
  readonly maxCalls?: number;
  readonly deadline?: NonNullable<RunSettings['deadline']>;
  readonly dedupe: boolean;
  /** True where no folder is given. */
  readonly cache?: string | true;
  readonly cacheTtl?: number;
  readonly tier?: readonly string[];
  readonly minScore?: number;
  readonly score?: NonNullable<RunSettings['tiers']>['score'];
  readonly metaColumns?: true;
}
