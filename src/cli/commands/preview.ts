import { RunStop } from '../../run/control/stop.js';
import { parseCount } from '../../run/settings/option-parsers.js';
import { makeTrialPlan } from '../../run/trial/plan-trial.js';
import { chooseRows, preview, previewFigures } from '../../run/trial/preview.js';
import type { TrialContext } from '../../run/trial/run-trial.js';
import { counted, formatCount } from '../../wording/wording.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import type { PreviewFlags } from '../options/preview.js';
import { trialSettingsOf } from '../options/trial.js';
import { print, printAside } from '../print.js';
import { stopOnSignals } from '../signals.js';
import { describeNotice } from '../text/notice.js';
import { previewJson, previewText, previewTotals } from '../text/preview.js';
import { endStopped } from './end-stopped.js';

/** Width of a page that does not go to a terminal. */
const USUAL_COLUMNS = 80;

/** `batchai preview`: a few rows and their answers, on standard output. Nothing is written. */
export async function previewCommand(
  input: string,
  flags: PreviewFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const note = (text: string) => printAside(io, `batchai: ${text}\n`);
  const { spread: isSpread = false, json } = flags;
  const wanted = parseCount('--rows', flags.rows ?? 5);
  const wallNow = () => io.clock.wallNow();
  const plan = await makeTrialPlan(
    trialSettingsOf(input, flags, io.env),
    { standardInput: io.stdin, wallNow },
    { makesCalls: true },
  );
  if (flags.batchApi) note('a preview calls its rows live, at the live price: batchai estimate shows both');
  const stop = new RunStop();
  const surroundings = { stop, wallNow };
  const releaseSignals = stopOnSignals(io, stop, note);
  const columns = io.stdout.columns ?? USUAL_COLUMNS;
  const context: TrialContext = {
    clock: io.clock,
    random: io.random,
    timings: io.timings,
    watch: { notice: (notice) => note(describeNotice(notice)) },
  };
  try {
    const rows = (await chooseRows(plan, { rows: wanted, isSpread }, surroundings, io.random)) ?? [];
    const tally = await preview(plan, rows, stop, context, (row) =>
      print(io, json ? previewJson(row) : previewText(row, plan, columns)),
    );
    const done = tally.succeeded + tally.failed;
    if (done > 0) {
      const totals = previewTotals(await previewFigures(plan, tally, surroundings));
      if (json) printAside(io, totals.replace(/^(?=.)/gm, 'batchai: '));
      else print(io, totals);
    }
    const soFar = `${formatCount(done)} of ${counted(rows.length, 'row')} had a result`;
    if (stop.reason !== undefined) return endStopped(io, stop.reason, plan.calls, soFar);
    return tally.failed > 0 ? 3 : 0;
  } finally {
    releaseSignals();
  }
}
