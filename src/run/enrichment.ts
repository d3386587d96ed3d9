import type { Readable } from 'node:stream';
import { allWatches } from '../monitor/all-watches.js';
import type { RunWatch } from '../monitor/run-watch.js';
import type { JsonObject } from '../rows/row.js';
import { rowObject } from '../rows/row-encoder.js';
import { withRow } from './enrich-result.js';
import { makePlan, type Plan } from './plan.js';
import { run } from './run.js';
import { RunEvents } from './run-events.js';
import type { RunOutcome } from './run-rows.js';
import type { RunSettings } from './settings.js';
import { RunStop, type StopReason } from './stop.js';
import type { RunWorld } from './world.js';

/** What a run from file to file needs of the world. */
export interface EnrichmentWorld
  extends Pick<RunWorld, 'clock' | 'random' | 'processes' | 'standardOutput' | 'self'> {
  readonly standardInput: Readable;
}

/**
 * One run from file to file, with all that happens in it as events: `enrich()` gives it, and the command line runs it.
 */
export class Enrichment extends RunEvents<JsonObject> {
  readonly #watches: RunWatch[] = [];
  #plan: Promise<Plan> | undefined;
  #outcome: Promise<RunOutcome> | undefined;

  constructor(
    private readonly settings: RunSettings,
    private readonly world: EnrichmentWorld,
    stopping = new RunStop(),
  ) {
    super(stopping);
  }

  /**
   * Checks everything that can be refused before the first call, and decides everything else. It writes nothing.
   *
   * @throws SetUpError, InputError, FabricFileError, CheckpointError, LockHeldError
   */
  plan(): Promise<Plan> {
    this.#plan ??= this.#makePlan();
    return this.#plan;
  }

  /** Has somebody hear what happens, besides the listeners. To be called before the run. */
  watch(watch: RunWatch): void {
    this.#watches.push(watch);
  }

  /**
   * Runs it to its end, or until it stops with everything saved; further calls give the same run.
   *
   * @throws what `plan` throws; whatever else is thrown (a full disk) leaves a checkpoint that resumes.
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

  async #makePlan(): Promise<Plan> {
    const { standardInput, processes, clock } = this.world;
    const plan = await makePlan(this.settings, {
      standardInput,
      processes,
      wallNow: () => clock.wallNow(),
    });
    this.tell('plan', plan);
    return plan;
  }

  async #run(): Promise<RunOutcome> {
    const plan = await this.plan();
    const { watch, ...heard } = this.listeners((result) =>
      withRow(result, rowObject(result.row, plan.columns)),
    );
    const outcome = await run(plan, this.stopping, {
      ...this.world,
      ...heard,
      watch: allWatches([...this.#watches, watch]),
    });
    this.tell('ended', outcome.summary);
    return outcome;
  }
}
