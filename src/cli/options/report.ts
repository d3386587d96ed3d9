import type { ReportSettings } from '../../run/inspect/report.js';
import { parseName } from '../../run/settings/option-parsers.js';
import type { OptionRow } from './option-table.js';

export const REPORT_OPTIONS = [
  {
    flags: '-o, --output <file>',
    meaning: 'where the page goes; - for standard output',
    default: '<output>.report.html',
    parse: parseName('--output'),
  },
  { flags: '--checkpoint <dir>', meaning: "the run's checkpoint folder", default: '<output>.checkpoint' },
  { flags: '--quiet', meaning: 'nothing but errors' },
] as const satisfies readonly OptionRow[];

/** The flags as commander gives them. */
export interface ReportFlags {
  readonly output?: string;
  readonly checkpoint?: string;
  readonly quiet?: true;
}

export function reportSettingsOf(output: string, flags: ReportFlags): ReportSettings {
  return {
    output,
    ...(flags.output === undefined ? {} : { page: flags.output }),
    ...(flags.checkpoint === undefined ? {} : { checkpoint: flags.checkpoint }),
  };
}
