import type { ReportSettings } from '../../run/inspect/report.js';
import { parseName } from '../../run/settings/option-parsers.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
import type { FlagsOf, OptionRow } from './option-table.js';

export const REPORT_OPTIONS = [
  {
    flags: '-o, --output <file>',
    group: 'Input and output',
    completes: 'file',
    meaning: 'where the page goes; - for standard output',
    default: '<output>.report.html',
  },
  {
    flags: '--checkpoint <dir>',
    group: 'Safety and resume',
    completes: 'folder',
    meaning: "the run's checkpoint folder",
    default: '<output>.checkpoint',
  },
  { flags: '-q, --quiet', group: 'Watching', meaning: 'nothing but errors' },
] as const satisfies readonly OptionRow[];

export type ReportFlags = FlagsOf<(typeof REPORT_OPTIONS)[number]>;

/** @throws OptionError */
export function reportSettingsOf(output: string, flags: ReportFlags): ReportSettings {
  const page = flags.output === undefined ? undefined : parseName('--output', flags.output);
  return { output, ...withoutUndefined({ page, checkpoint: flags.checkpoint }) };
}
