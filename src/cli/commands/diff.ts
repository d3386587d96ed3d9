import { diffFiles } from '../../run/compare/diff-files.js';
import { parseColumns, parseCount } from '../../run/settings/option-parsers.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
import { counted } from '../../wording/wording.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import type { DiffFlags } from '../options/diff.js';
import { print, printAside } from '../print.js';
import { differenceText, diffSummary } from '../text/diff.js';

/** Width of a page that does not go to a terminal. */
const USUAL_COLUMNS = 80;

const USUAL_ROWS = 20;

/** `batchai diff`: what changed from one file of rows to another, row by row. */
export async function diffCommand(
  before: string,
  after: string,
  flags: DiffFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const { key, json } = flags;
  const most =
    flags.rows === undefined
      ? json
        ? Number.POSITIVE_INFINITY
        : USUAL_ROWS
      : parseCount('--rows', flags.rows);
  const columns = flags.columns === undefined ? undefined : parseColumns(flags.columns);
  const diff = await diffFiles({ before, after, ...withoutUndefined({ key, columns }) });
  const width = io.stdout.columns ?? USUAL_COLUMNS;
  let found = 0;
  for await (const difference of diff.differences) {
    if (++found > most) continue;
    print(io, json ? `${JSON.stringify(difference)}\n` : differenceText(difference, width));
  }
  if (found > most) print(io, json ? '' : `… ${counted(found - most, 'more row')} (--rows shows more)\n`);
  const summary = diffSummary(diff);
  if (json) printAside(io, summary.replace(/^(?=.)/gm, 'batchai: '));
  else print(io, found > 0 ? `\n${summary}` : summary);
  return 0;
}
