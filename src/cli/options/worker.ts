import { DEFAULTS_OPTIONS } from './defaults.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { QUEUE_ADDRESS_OPTIONS } from './queue.js';

/** The options of `batchai worker`: flags, help, and docs/reference/cli.md come from here. */
export const WORKER_OPTIONS = [
  ...QUEUE_ADDRESS_OPTIONS,
  ...DEFAULTS_OPTIONS,
  {
    flags: '-c, --concurrency <n>',
    group: 'Speed',
    meaning: 'calls in flight at once, over all runs',
    default: '10',
  },
  {
    flags: '--name <name>',
    group: 'Many machines',
    meaning: 'name of this worker where workers are listed',
    default: "the machine's name",
  },
  {
    flags: '--score-module <file>',
    group: 'Many machines',
    meaning:
      'a module that may score answers here, for runs with --score module:<file>; may be given several times',
    completes: 'file',
    repeatable: true,
  },
  {
    flags: '--grace <duration>',
    group: 'Safety and resume',
    meaning: 'how long calls in flight may take to land when the worker is stopped',
    default: '10s',
  },
  {
    flags: '--health-port <port>',
    group: 'Watching',
    meaning: 'answer /livez and /readyz at this port of 127.0.0.1; another address as 0.0.0.0:8080',
  },
  {
    flags: '--metrics-port <port>',
    group: 'Watching',
    meaning: 'serve metrics to Prometheus at this port of 127.0.0.1; another address as 0.0.0.0:9464',
  },
  { flags: '-q, --quiet', group: 'Watching', meaning: 'nothing but errors' },
] as const satisfies readonly OptionRow[];

export type WorkerFlags = FlagsOf<(typeof WORKER_OPTIONS)[number]>;
