import { comparisonPage } from '../../monitor/comparison/comparison-page.js';
import { type CompareSettings, compareFabrics, planComparison } from '../../run/compare/compare-fabrics.js';
import { comparisonCsv } from '../../run/compare/comparison-csv.js';
import { checkNewFiles, writeNewFile } from '../../run/compare/new-files.js';
import { RunStop } from '../../run/control/stop.js';
import { parseScore } from '../../run/settings/cost-parsers.js';
import { parseCount } from '../../run/settings/option-parsers.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
import { chooseRows } from '../../run/trial/preview.js';
import type { TrialContext } from '../../run/trial/run-trial.js';
import { counted } from '../../wording/wording.js';
import type { ExitCode } from '../exit-codes.js';
import type { CliIo, CommandContext } from '../io.js';
import type { CompareFlags } from '../options/compare.js';
import { trialSettingsOf } from '../options/trial.js';
import { print, printAside } from '../print.js';
import { stopOnSignals } from '../signals.js';
import { comparedRowText, comparisonJson, comparisonTable } from '../text/comparison.js';
import { describeNotice } from '../text/notice.js';
import { endStopped } from './end-stopped.js';

/** Width of a page that does not go to a terminal. */
const USUAL_COLUMNS = 80;

const USUAL_ROWS = 20;

/** `batchai compare`: the same rows through several fabrics, side by side. */
export async function compareCommand(
  input: string,
  flags: CompareFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const note = (text: string) => printAside(io, `batchai: ${text}\n`);
  const wanted = parseCount('--rows', flags.rows ?? USUAL_ROWS);
  const files = [flags.page, flags.csv].filter((path) => path !== undefined);
  await checkNewFiles(files, flags.overwrite ? 'replace' : 'refuse');
  const wallNow = () => io.clock.wallNow();
  const tested = await planComparison(settingsOf(input, flags, io), { standardInput: io.stdin, wallNow });
  const [first] = tested;
  if (first === undefined) return 0;
  const stop = new RunStop();
  const releaseSignals = stopOnSignals(io, stop, note);
  const context: TrialContext = {
    clock: io.clock,
    random: io.random,
    timings: io.timings,
    watch: { notice: (notice) => note(describeNotice(notice)) },
  };
  try {
    const choice = { rows: wanted, isSpread: !flags.first };
    const rows = (await chooseRows(first.plan, choice, { stop, wallNow }, io.random)) ?? [];
    const compared = await compareFabrics(tested, rows, stop, context, (name) =>
      note(`${name}: ${counted(rows.length, 'row')}`),
    );
    const comparison = { ...compared, scorer: flags.score };
    if (flags.json) print(io, comparisonJson(comparison));
    else {
      const columns = io.stdout.columns ?? USUAL_COLUMNS;
      for (const row of comparison.rows) print(io, comparedRowText(row, comparison.fabrics, columns));
      print(io, `\n${comparisonTable(comparison)}`);
    }
    if (flags.csv !== undefined) await writeNewFile(flags.csv, comparisonCsv(comparison));
    if (flags.page !== undefined) await writeNewFile(flags.page, comparisonPage(comparison));
    for (const path of files) note(`written: ${path}`);
    if (stop.reason !== undefined) {
      const { calls } = (tested[comparison.fabrics.length - 1] ?? first).plan;
      return endStopped(
        io,
        stop.reason,
        calls,
        `compared so far: ${counted(comparison.fabrics.length, 'fabric')}`,
      );
    }
    return comparison.fabrics.some(({ failed }) => failed > 0) ? 3 : 0;
  } finally {
    releaseSignals();
  }
}

function settingsOf(input: string, flags: CompareFlags, io: CliIo): CompareSettings {
  const { fabric: fabrics, score, ...shared } = flags;
  const trial = trialSettingsOf(input, { ...shared, fabric: '' }, io.env);
  const parsed = score === undefined ? undefined : parseScore(score);
  return { trial, fabrics, ...withoutUndefined({ score: parsed }) };
}
