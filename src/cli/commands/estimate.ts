import { systemClock } from '../../limits/clock.js';
import { formatCount } from '../../monitor/wording.js';
import { RunStop } from '../../run/control/stop.js';
import { nothingCounted } from '../../run/trial/count-questions.js';
import { countRun, type SampledRow } from '../../run/trial/estimate.js';
import { forecast, sampleFigures } from '../../run/trial/forecast.js';
import { makeTrialPlan, type TrialPlan } from '../../run/trial/plan-trial.js';
import { runTrial } from '../../run/trial/run-trial.js';
import { type Outcome, outcomesOf } from '../../run/trial/sample-outcome.js';
import type { EstimateFlags } from '../options/estimate.js';
import { trialSettingsOf } from '../options/trial.js';
import { print, printAside } from '../print.js';
import { stopOnSignals } from '../signals.js';
import { showCounting } from '../text/counting.js';
import { costsNothing, countedText } from '../text/estimate.js';
import { forecastText } from '../text/forecast.js';
import { describeNotice } from '../text/notice.js';
import { endStopped } from './end-stopped.js';

/** `batchai estimate`: what a run would send, take and cost, on standard output. */
export async function estimateCommand(input: string, flags: EstimateFlags): Promise<void> {
  const { sample = 0, json } = flags;
  const wallNow = () => systemClock.wallNow();
  const plan = await makeTrialPlan(
    trialSettingsOf(input, flags, process.env),
    { standardInput: process.stdin, wallNow },
    { makesCalls: sample > 0 },
  );
  const stop = new RunStop();
  const releaseSignals = stopOnSignals(stop, note);
  const count = nothingCounted();
  const endCounting = showCounting(count, plan.input, process.stderr);
  try {
    const found = await countRun({ plan, sample, stop, wallNow, random: Math.random, count });
    endCounting();
    if (found === undefined) {
      // It was stopped.
      const soFar = `${formatCount(count.rows)} rows were counted`;
      if (stop.reason) endStopped(stop.reason, plan.calls.fabric, soFar);
    } else {
      const { counted, sampled } = found;
      if (!json) print(countedText(plan, counted, sample));
      const outcomes = sampled.length === 0 ? undefined : await trySample(plan, sampled, stop);
      const tried = outcomes && {
        sample: sampleFigures(plan, outcomes),
        forecast: forecast(plan, counted, outcomes),
      };
      const what = { input: plan.input.source.name, fabric: plan.calls.fabric.id };
      const all = { ...what, ...counted, sample: null, forecast: null, ...tried };
      if (json) print(`${JSON.stringify(all, rounded)}\n`);
      else if (tried) print(forecastText(plan, counted.costUnit, tried.sample, tried.forecast));
      if (tried?.sample.answered === 0) process.exitCode = 3;
    }
  } finally {
    endCounting();
    releaseSignals();
    // A standard input that still waits for more would keep the process.
    process.stdin.unref?.();
  }
}

/** Undefined where the sample was stopped before all of it had a result. */
async function trySample(
  plan: TrialPlan,
  sampled: readonly SampledRow[],
  stop: RunStop,
): Promise<readonly Outcome[] | undefined> {
  const price = costsNothing(plan) ? '' : '; these calls are paid for';
  note(`calling ${formatCount(sampled.length)} rows for the sample${price}`);
  const world = {
    clock: systemClock,
    random: Math.random,
    notice: (notice: Parameters<typeof describeNotice>[0]) => note(describeNotice(notice)),
  };
  const results = await runTrial(
    plan,
    sampled.map(({ row }) => row),
    stop,
    world,
  );
  if (stop.reason === undefined) return outcomesOf(sampled, results);
  const soFar = `${formatCount(results.length)} of ${formatCount(sampled.length)} rows of the sample had a result`;
  endStopped(stop.reason, plan.calls.fabric, soFar);
  return undefined;
}

/** Sums of many small amounts end in digits that mean nothing. */
function rounded(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(12)) : value;
}

function note(text: string): void {
  printAside(`batchai: ${text}\n`);
}
