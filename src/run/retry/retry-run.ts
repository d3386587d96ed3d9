import type { Answer } from '../../fabric/fabric.js';
import { RunTally } from '../../monitor/run-tally.js';
import type { JsonObject } from '../../rows/row.js';
import type { ProcessContext } from '../control/context.js';
import { RunStop, type StopReason } from '../control/stop.js';
import type { RunOutcome } from '../outcome/run-outcome.js';
import { summarize } from '../outcome/summary.js';
import { withRow } from '../pipeline/enrich-result.js';
import { RunEvents } from '../pipeline/events.js';
import type { RetryPlan } from './plan-retry.js';
import { retry } from './retry.js';

/**
 * One retry of the failed rows of a run, with its events: `retry()` returns it. Listeners hear of rows by their numbers in
 * the run, and of their own fields.
 *
 * @typeParam R a row and A an answer, as listeners are given them: whoever starts the retry says what they are
 * @example
 * const again = retry('described.csv', { kinds: 'timeout' }).on('row', ({ number, status }) => console.log(number, status));
 * const { summary } = await again.outcome;
 */
export class RetryRun<R = JsonObject, A = Answer> extends RunEvents<R, A> {
  readonly #makePlan: () => Promise<RetryPlan>;
  readonly #context: ProcessContext;
  #outcome: Promise<RunOutcome> | undefined;

  constructor(makePlan: () => Promise<RetryPlan>, context: ProcessContext) {
    super(new RunStop());
    this.#makePlan = makePlan;
    this.#context = context;
  }

  /**
   * How it ends: `nothing-to-do` where no row failed, or none in such a way. It rejects with SetUpError, CheckpointError,
   * LockHeldError and the like where nothing was called.
   */
  get outcome(): Promise<RunOutcome> {
    this.#outcome ??= this.#run();
    return this.#outcome;
  }

  /** Stops it: calls in the air get ten seconds to land, and the next retry goes on. */
  stop(reason: StopReason = { kind: 'asked' }): void {
    this.stopping.request(reason);
  }

  async #run(): Promise<RunOutcome> {
    const plan = await this.#makePlan();
    if (plan.selected === 0 && plan.interrupted === undefined) return nothingToDo(plan);
    const watch = this.listeners((result) =>
      withRow<R, A>(result, (result.row.kind === 'object' ? result.row.object : {}) as R),
    );
    const outcome = await retry(plan, this.stopping, { ...this.#context, watch });
    this.tell('ended', outcome.summary);
    return outcome;
  }
}

function nothingToDo(plan: RetryPlan): RunOutcome {
  const summary = summarize(new RunTally(plan.run.counts), {
    elapsedMs: 0,
    resumed: false,
    finished: true,
    output: plan.output,
    deadLetters: plan.letters === 0 ? null : plan.deadLetters,
    calls: plan.calls,
  });
  return { kind: 'nothing-to-do', summary };
}
