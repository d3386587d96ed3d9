import { systemClock } from '../../limits/clock.js';
import { formatCount } from '../../monitor/wording.js';
import { RunStop } from '../../run/control/stop.js';
import { makeTrialPlan } from '../../run/trial/plan-trial.js';
import { chooseRows, preview, previewFigures } from '../../run/trial/preview.js';
import type { PreviewFlags } from '../options/preview.js';
import { trialSettingsOf } from '../options/trial.js';
import { print, printAside } from '../print.js';
import { stopOnSignals } from '../signals.js';
import { describeNotice } from '../text/notice.js';
import { previewJson, previewText, previewTotals } from '../text/preview.js';
import { endStopped } from './end-stopped.js';

/** Of what is no terminal nobody knows how wide it is. */
const USUAL_COLUMNS = 80;

/** `batchai preview`: a few rows and their answers, on standard output. Nothing is written. */
export async function previewCommand(input: string, flags: PreviewFlags): Promise<void> {
  const { rows: wanted = 5, spread: isSpread = false, json } = flags;
  const wallNow = () => systemClock.wallNow();
  const plan = await makeTrialPlan(
    trialSettingsOf(input, flags, process.env),
    { standardInput: process.stdin, wallNow },
    { makesCalls: true },
  );
  const stop = new RunStop();
  const surroundings = { stop, wallNow };
  const releaseSignals = stopOnSignals(stop, note);
  const columns = process.stdout.columns ?? USUAL_COLUMNS;
  const world = {
    clock: systemClock,
    random: Math.random,
    notice: (notice: Parameters<typeof describeNotice>[0]) => note(describeNotice(notice)),
  };
  try {
    const rows = (await chooseRows(plan, { rows: wanted, isSpread }, surroundings, world.random)) ?? [];
    const tally = await preview(plan, rows, stop, world, (row) =>
      print(json ? previewJson(row) : previewText(row, plan, columns)),
    );
    const done = tally.succeeded + tally.failed;
    if (done > 0) {
      const totals = previewTotals(await previewFigures(plan, tally, surroundings));
      if (json) printAside(totals.replace(/^(?=.)/gm, 'batchai: '));
      else print(totals);
    }
    if (tally.failed > 0) process.exitCode = 3;
    const soFar = `${formatCount(done)} of ${formatCount(rows.length)} rows had a result`;
    if (stop.reason !== undefined) endStopped(stop.reason, plan.calls.fabric, soFar);
  } finally {
    releaseSignals();
    // A standard input that still waits for more would keep the process.
    process.stdin.unref?.();
  }
}

function note(text: string): void {
  printAside(`batchai: ${text}\n`);
}
