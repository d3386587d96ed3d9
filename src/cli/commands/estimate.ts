import { RunStop } from '../../run/control/stop.js';
import { parseCount } from '../../run/settings/option-parsers.js';
import { compareCost } from '../../run/trial/compare-cost.js';
import { nothingCounted } from '../../run/trial/count-questions.js';
import { countRun, type SampledRow } from '../../run/trial/estimate.js';
import { forecast, sampleFigures } from '../../run/trial/forecast.js';
import { makeTrialPlan, type TrialPlan } from '../../run/trial/plan-trial.js';
import { runTrial } from '../../run/trial/run-trial.js';
import { outcomesOf } from '../../run/trial/sample-outcome.js';
import { counted, formatCount } from '../../wording/wording.js';
import type { ExitCode } from '../exit-codes.js';
import type { CliIo, CommandContext } from '../io.js';
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
export async function estimateCommand(
  input: string,
  flags: EstimateFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const { json } = flags;
  const sample = flags.sample === undefined ? 0 : parseCount('--sample', flags.sample);
  const wallNow = () => io.clock.wallNow();
  const plan = await makeTrialPlan(
    { ...trialSettingsOf(input, flags, io.env), needsBatchApi: flags.batchApi ?? false },
    { standardInput: io.stdin, wallNow },
    { makesCalls: sample > 0 },
  );
  const { fabric } = plan.calls;
  const stop = new RunStop();
  const releaseSignals = stopOnSignals(io, stop, (text) => note(io, text));
  const count = nothingCounted();
  const endCounting = showCounting(count, plan.input, io.stderr);
  try {
    const found = await countRun({ plan, sample, stop, wallNow, random: io.random, count });
    endCounting();
    if (found === undefined)
      return stop.reason
        ? endStopped(io, stop.reason, plan.calls, `counted ${counted(count.rows, 'row')}`)
        : 0;
    const { counted: run, sampled } = found;
    if (!json) print(io, countedText(plan, run, sample));
    const results = sampled.length === 0 ? undefined : await trySample(io, plan, sampled, stop);
    const outcomes = results && stop.reason === undefined ? outcomesOf(sampled, results) : undefined;
    const tried = outcomes && {
      sample: sampleFigures(plan, outcomes),
      forecast: forecast(plan, run, outcomes),
    };
    const what = { input: plan.input.source.name, fabric: fabric.id };
    const cost = compareCost(plan, run, tried?.forecast);
    const all = { ...what, ...run, cost, sample: null, forecast: null, ...tried };
    const soFar = `${formatCount(results?.length ?? 0)} of ${counted(sampled.length, 'row')} of the sample had a result`;
    const codeOfStop = results && stop.reason && endStopped(io, stop.reason, plan.calls, soFar);
    if (json) print(io, `${JSON.stringify(all, rounded)}\n`);
    else if (tried) print(io, forecastText(plan, run.costUnit, tried.sample, tried.forecast));
    return codeOfStop ?? (tried?.sample.answered === 0 ? 3 : 0);
  } finally {
    endCounting();
    releaseSignals();
  }
}

/** The results of the rows of the sample; fewer than these where it was stopped. */
function trySample(io: CliIo, plan: TrialPlan, sampled: readonly SampledRow[], stop: RunStop) {
  const price = costsNothing(plan) ? '' : '; these calls are paid for';
  note(io, `calling ${counted(sampled.length, 'row')} for the sample${price}`);
  return runTrial(
    plan,
    sampled.map(({ row }) => row),
    stop,
    {
      clock: io.clock,
      random: io.random,
      timings: io.timings,
      watch: { notice: (notice) => note(io, describeNotice(notice)) },
    },
  );
}

/** Rounds off the floating-point noise of sums. */
function rounded(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(12)) : value;
}

function note(io: CliIo, text: string): void {
  printAside(io, `batchai: ${text}\n`);
}
