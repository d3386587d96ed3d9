/**
 * batchai as a library: estimate a run, plan it, run it, retry its failed rows. The command line uses nothing else.
 *
 *     const plan = await makePlan(settings, { standardInput: process.stdin, processes });
 *     const outcome = await run(plan, new RunStop(), world);
 */
export { CheckpointError } from './checkpoint/checkpoint-file.js';
export { LockHeldError, type Processes } from './checkpoint/lock.js';
export { CallError, type CallErrorKind } from './fabric/call-error.js';
export { LOCAL_FABRICS } from './fabric/local/catalogue.js';
export { type Clock, systemClock } from './limits/clock.js';
export type { Rate } from './limits/pacer.js';
export { InputError, UnreadableRowError } from './rows/input-error.js';
export { nothingCounted, type QuestionCount } from './run/count-questions.js';
export { type CountedRun, countRun } from './run/estimate.js';
export { forecast, type RunForecast, type SampleFigures, sampleFigures } from './run/estimate-sample.js';
export { makePlan, type Plan } from './run/plan.js';
export { makeTrialPlan, type TrialPlan, type TrialSettings } from './run/plan-trial.js';
export { chooseRows, preview, previewFigures } from './run/preview.js';
export { retry } from './run/retry.js';
export { makeRetryPlan, type RetryPlan, type RetrySettings } from './run/retry-plan.js';
export { run } from './run/run.js';
export type { RunOutcome } from './run/run-rows.js';
export { runTrial } from './run/run-trial.js';
export { outcomesOf } from './run/sample-outcome.js';
export { SetUpError } from './run/set-up-error.js';
export type { RunSettings } from './run/settings.js';
export { RunStop, type StopReason } from './run/stop.js';
export type { RunSummary } from './run/summary.js';
export type { RunWorld } from './run/world.js';
