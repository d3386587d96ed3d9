import type { OptionRow } from './option-table.js';

/** What a run may cost, and what makes it cheaper. */
export const COST_OPTIONS = [
  {
    flags: '--price <price>',
    group: 'Model and price',
    brief: 'what calls cost, such as input=3,output=15',
    meaning:
      'what calls cost: input=3,output=15 a million tokens, call=0.002, or credits=1 a thousand tokens',
    default: "the fabric file's, or the service's list",
  },
  {
    flags: '--max-cost <amount>',
    group: 'Safety and resume',
    brief: true,
    meaning: 'stop, resumable, before the run costs more',
    default: 'none',
  },
  {
    flags: '--max-calls <n>',
    group: 'Safety and resume',
    meaning: 'stop, resumable, after so many calls',
    default: 'none',
  },
  {
    flags: '--deadline <time>',
    group: 'Safety and resume',
    brief: 'stop, resumable, at 06:00, or after 8h',
    meaning: 'stop, resumable, so that no call is in flight at 06:00, or after 8h',
    default: 'none',
  },
  {
    flags: '--no-dedupe',
    group: 'Model and price',
    meaning: 'call every row, also those that ask what another row has asked',
  },
  {
    flags: '--cache [folder]',
    group: 'Model and price',
    brief: true,
    completes: 'folder',
    meaning: 'keep answers over runs, and use those that are kept',
    default: 'no; without a folder, ~/.cache/batchai',
  },
  {
    flags: '--cache-ttl <duration>',
    group: 'Model and price',
    meaning: 'ask again where an answer in the cache is older: 30d, 12h',
    default: 'none is too old',
  },
  {
    flags: '--tier <fabric>',
    group: 'Model and price',
    completes: 'fabric',
    meaning:
      'ask this better fabric where an answer scores too low; may be given several times, the best last',
    repeatable: true,
  },
  {
    flags: '--min-score <n>',
    group: 'Model and price',
    meaning: 'with --tier: an answer that scores less moves up',
  },
  {
    flags: '--score <scorer>',
    group: 'Model and price',
    completes: ['schema', 'field:', 'fabric:', 'module:'],
    meaning: 'with --tier, who scores: field:<name>, fabric:<judge>, module:<file>, or schema',
  },
  {
    flags: '--meta-columns [names]',
    group: 'Input and output',
    completes: ['model', 'tokens', 'cost', 'latency', 'tier', 'error'],
    meaning: 'columns about the calls of each row: all, or some of model,tokens,cost,latency,tier,error',
  },
] as const satisfies readonly OptionRow[];
