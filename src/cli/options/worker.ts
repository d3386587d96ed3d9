import { parseCount, parseName } from '../../run/settings/option-parsers.js';
import type { OptionRow } from './option-table.js';
import { QUEUE_ADDRESS_OPTIONS, type QueueAddressFlags } from './queue.js';

/** The options of `batchai worker`: flags, help, and docs/reference/cli.md come from here. */
export const WORKER_OPTIONS = [
  ...QUEUE_ADDRESS_OPTIONS,
  {
    flags: '-c, --concurrency <n>',
    meaning: 'calls in flight at once, over all runs',
    default: '10',
    parse: parseCount('--concurrency'),
  },
  {
    flags: '--name <name>',
    meaning: 'name of this worker where workers are listed',
    default: "the machine's name",
    parse: parseName('--name'),
  },
  { flags: '--quiet', meaning: 'nothing but errors' },
] as const satisfies readonly OptionRow[];

/** What commander makes of them, and of the table's parsers. */
export interface WorkerFlags extends QueueAddressFlags {
  readonly concurrency?: number;
  readonly name?: string;
  readonly quiet?: true;
}
