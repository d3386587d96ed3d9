import type { OptionRow } from './option-table.js';

/** The service's batch API, in place of live calls. */
export const BATCH_API_OPTIONS = [
  {
    flags: '--batch-api',
    group: 'Model and price',
    brief: 'at half the price, within a day',
    meaning: "send the rows through the service's batch API: at half the price, within a day",
    default: 'as batchApi: in the fabric file says, or no',
  },
  {
    flags: '--no-batch-api',
    group: 'Model and price',
    meaning: 'make live calls, also where the fabric file has batchApi:',
  },
  {
    flags: '--detach',
    group: 'Model and price',
    meaning: 'with --batch-api: end when everything is submitted; batchai resume collects',
  },
  {
    flags: '--batch-api-poll <duration>',
    group: 'Model and price',
    meaning: 'with --batch-api: how often to look at a batch',
    default: '30s, then slower up to 5m',
  },
  {
    flags: '--batch-api-rows <n>',
    group: 'Model and price',
    meaning: 'with --batch-api: rows a batch at most',
    default: "50000, or the service's limit",
  },
  {
    flags: '--batch-api-tokens <n>',
    group: 'Model and price',
    meaning: 'with --batch-api: tokens of prompts that may wait at the service at once',
    default: 'what the service takes',
  },
  {
    flags: '--live-after <time>',
    group: 'Model and price',
    meaning: 'with --batch-api: at 06:00, or after 20h, cancel what is out and call the rest live',
    default: 'never',
  },
  {
    flags: '--gone-batches <stop, again or dead-letter>',
    group: 'Model and price',
    completes: ['stop', 'again', 'dead-letter'],
    meaning:
      'with --batch-api: stop for a batch that is gone at the service, send its rows once more, or put them aside',
    default: 'stop',
  },
  {
    flags: '--keep-remote',
    group: 'Model and price',
    meaning: 'with --batch-api: leave files and batches at the service',
  },
] as const satisfies readonly OptionRow[];
