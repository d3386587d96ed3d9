import { randomUUID } from 'node:crypto';
import { AnswerMemory } from '../../batch/answer-memory.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import { NO_STEPS } from '../../fabric/tiers/remembered.js';
import { inputsReader } from '../../rows/input-selection.js';
import { type Row, START } from '../../rows/row.js';
import { type CallListeners, compose } from '../calls/compose.js';
import type { RunContext } from '../control/context.js';
import { graceOnStop } from '../control/grace.js';
import type { RunStop } from '../control/stop.js';
import { filesFolderOf } from '../places/first-files.js';
import { questionsOf } from '../reuse/dedupe-key.js';
import { reuseAnswers } from '../reuse/reuse-answers.js';
import { fileLook } from '../reuse/row-files.js';
import { whyUncalled } from '../reuse/uncalled-rows.js';
import type { TrialPlan } from './plan-trial.js';

/** What a trial needs of its environment. */
export interface TrialContext extends Pick<RunContext, 'clock' | 'random' | 'timings'> {
  readonly watch: CallListeners;
}

/** Enough for the few rows of a trial. */
const MEMORY_BYTES = 1024 * 1024;

/**
 * Runs a few rows as a run would, with its limits and all its layers, and writes nothing; answers go into the cache, where
 * there is one. `finished` is called with each result as soon as it exists. Where `stop` is requested, calls in flight get
 * ten seconds to finish.
 *
 * @returns the results, in the order of the rows; of rows that a stop has kept from an end there are none.
 * @throws CallError `misconfigured` where a model cannot be loaded.
 */
export async function runTrial(
  plan: TrialPlan,
  rows: readonly Row[],
  stop: RunStop,
  { clock, random, timings, watch }: TrialContext,
  finished: (result: FinishedResult) => void = () => {},
): Promise<readonly FinishedResult[]> {
  const inputsOf = inputsReader(plan.columns, plan.inputs);
  const filesFolder = filesFolderOf(plan.input.source.path);
  await fileLook(plan.calls, filesFolder, inputsOf, whyUncalled(plan))?.(rows);
  const reuse = reuseAnswers(
    { ...questionsOf(plan, inputsOf), cache: plan.cache, selection: plan.selection },
    {
      ledger: { record: async () => {}, finished, abandoned: () => {} },
      memory: plan.sharesAnswers ? new AnswerMemory(MEMORY_BYTES) : undefined,
      wallNow: () => clock.wallNow(),
      watch,
    },
  );
  const { executor } = await compose({
    plan: plan.calls,
    runId: randomUUID(),
    filesFolder,
    answeredBefore: () => false,
    sinks: {
      inputsOf,
      ledger: reuse.ledger,
      stopRun: (error) => stop.request({ kind: 'service', error }),
    },
    steps: NO_STEPS,
    signal: stop.signal,
    watch,
    clock,
    random,
    backoff: timings.backoff,
  });
  const endGrace = graceOnStop(stop, clock, timings.graceMs, () => void executor.close());
  try {
    const around = await reuse.around(executor);
    const results = await around.run({ rows, unreadable: [], end: START, bytes: 0 });
    return results.filter((result) => result.status !== 'abandoned');
  } finally {
    endGrace();
    await executor.close();
  }
}
