import type { ReportSettings } from '../../run/inspect/report.js';
import { OptionError, parseName } from '../../run/settings/option-parsers.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
import type { FlagsOf, OptionRow } from './option-table.js';
import { CHECKPOINT_OPTION, ITS_DEAD_LETTERS_OPTION } from './run-files.js';

/** The options of `batchai report`. */
export const REPORT_OPTIONS = [
  {
    flags: '-o, --output <file>',
    group: 'Input and output',
    completes: 'file',
    meaning: 'where the page goes; - for standard output',
    default: '<output>.report.html',
  },
  CHECKPOINT_OPTION,
  { flags: '-q, --quiet', group: 'Watching', meaning: 'nothing but errors' },
] as const satisfies readonly OptionRow[];

export type ReportFlags = FlagsOf<(typeof REPORT_OPTIONS)[number]>;

/** @throws OptionError */
export function reportSettingsOf(output: string, flags: ReportFlags): ReportSettings {
  const page = flags.output === undefined ? undefined : parseName('--output', flags.output);
  return { output, ...withoutUndefined({ page, checkpoint: flags.checkpoint }) };
}

/** The options of `batchai view`. */
export const VIEW_OPTIONS = [
  {
    flags: '-o, --output <file>',
    group: 'Input and output',
    completes: 'file',
    meaning: 'write one page with up to 10,000 rows in it, and serve nothing; - for standard output',
  },
  {
    flags: '--port <port>',
    group: 'Input and output',
    meaning: 'where the page is served on this machine, 127.0.0.1',
    default: 'a free one',
  },
  CHECKPOINT_OPTION,
  ITS_DEAD_LETTERS_OPTION,
  { flags: '-q, --quiet', group: 'Watching', meaning: 'nothing but the address and errors' },
] as const satisfies readonly OptionRow[];

export type ViewFlags = FlagsOf<(typeof VIEW_OPTIONS)[number]>;

/** @throws OptionError */
export function parsePort(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new OptionError(`${option}: wanted a port such as 8080, got "${text}"`);
}
