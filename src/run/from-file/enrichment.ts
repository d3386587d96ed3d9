import type { Answer } from '../../fabric/fabric.js';
import { allWatches } from '../../monitor/all-watches.js';
import type { RunWatch } from '../../monitor/run-watch.js';
import type { JsonObject } from '../../rows/row.js';
import { rowObject } from '../../rows/row-encoder.js';
import type { ProcessContext } from '../control/context.js';
import { RunStop, type StopReason } from '../control/stop.js';
import type { RunOutcome } from '../outcome/run-outcome.js';
import { withRow } from '../pipeline/enrich-result.js';
import { RunEvents } from '../pipeline/events.js';
import { type PlanFacts, planFacts } from '../pipeline/plan-facts.js';
import type { Plan } from '../plan/plan.js';
import { run } from './run-file.js';

/**
 * One run from file to file, with its events: `enrich()` returns it, and the command line runs it. Its keys and
 * passwords are in private fields, so that logging it does not show them.
 *
 * @typeParam R a row and A an answer, as listeners are given them: whoever starts the run says what they are
 * @example
 * const run = enrich({ input, output, fabric }).on('row', (result) => console.log(result.status));
 * setTimeout(() => run.stop(), 60_000);
 * const { summary } = await run.outcome;
 */
export class Enrichment<R = JsonObject, A = Answer> extends RunEvents<R, A> {
  readonly #watches: RunWatch[] = [];
  readonly #makePlan: () => Promise<Plan>;
  readonly #context: ProcessContext;
  #plan: Promise<Plan> | undefined;
  #outcome: Promise<RunOutcome> | undefined;

  constructor(makePlan: () => Promise<Plan>, context: ProcessContext, stopping = new RunStop()) {
    super(stopping);
    this.#makePlan = makePlan;
    this.#context = context;
  }

  /**
   * Checks everything that can be refused before the first call, and decides everything else. It writes nothing.
   *
   * @throws SetUpError, InputError, FabricFileError, CheckpointError, LockHeldError
   */
  async plan(): Promise<PlanFacts> {
    return planFacts(await this.#planned());
  }

  /** Adds a watch beside the listeners. To be called before the run. */
  watch(watch: RunWatch): void {
    this.#watches.push(watch);
  }

  /**
   * Runs it to its end, or until it stops with everything saved; further calls give the same run.
   *
   * @throws what `plan` throws; any other error (a full disk) leaves a checkpoint that resumes.
   */
  run(): Promise<RunOutcome> {
    this.#outcome ??= this.#run();
    return this.#outcome;
  }

  /** How it ends. A run that stops early has an outcome too: `kind` is then `stopped`, and `reason` says why. */
  get outcome(): Promise<RunOutcome> {
    return this.run();
  }

  /** Stops it: calls in the air get ten seconds to land, and everything is saved for `resume`. */
  stop(reason: StopReason = { kind: 'asked' }): void {
    this.stopping.request(reason);
  }

  #planned(): Promise<Plan> {
    this.#plan ??= this.#makePlan().then((plan) => {
      this.tell('plan', planFacts(plan));
      return plan;
    });
    return this.#plan;
  }

  async #run(): Promise<RunOutcome> {
    const plan = await this.#planned();
    const heard = this.listeners((result) => withRow<R, A>(result, rowObject(result.row, plan.columns) as R));
    const outcome = await run(plan, this.stopping, {
      ...this.#context,
      watch: allWatches([...this.#watches, heard]),
    });
    this.tell('ended', outcome.summary);
    return outcome;
  }
}
