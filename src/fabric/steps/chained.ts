import { CallError } from '../call-error.js';
import type { Answer, AnsweredStep, Fabric, FabricCall, Inputs } from '../fabric.js';
import type { Condition } from '../prompt/condition.js';
import { isOfRow, RowWay } from '../row-way.js';
import { sumOfInputs } from '../sum-of-inputs.js';
import { type StepInputsOf, withAnswers } from './step-inputs.js';

/** One question of several about a row. */
export interface ChainStep {
  readonly name: string;
  readonly fabric: Fabric;
  readonly inputsOf: StepInputsOf;
  /** Inputs of which it is sent the files that they name, and nothing else. */
  readonly files: readonly string[];
  /** Where it does not hold, nothing is asked; undefined: it always holds. */
  readonly when: Condition | undefined;
  /** The steps before it whose answers it or its `when` uses; where one of them failed, nothing is asked. */
  readonly needs: readonly string[];
  /** Runs work in a place for its calls; steps with the same one share their places. */
  readonly inPlace: InPlace;
}

export type InPlace = (work: () => Promise<void>) => Promise<void>;

/**
 * Asks the steps about a row one after another, each as soon as the one before it has its answer; no row waits for
 * another. The row's answer is an object with a member a step, which is null where the step was not asked.
 *
 * A row starts in a place of the first step's. From its first step with other places on, `lend` lends that place to
 * another row.
 *
 * Where a step fails, those that need its answer are left out, and the others are asked all the same. The row fails then
 * with its first failure, and `call.answered` has what was answered.
 */
export function chained(steps: readonly ChainStep[], lend: InPlace): Fabric {
  const elsewhere = steps.findIndex(({ inPlace }) => inPlace !== steps[0]?.inPlace);
  const own = elsewhere === -1 ? steps.length : elsewhere;
  return {
    async run(call) {
      const row = new ChainedRow(steps, call);
      try {
        await row.runSteps(0, own);
        if (own < steps.length) await lend(() => row.runElsewhere(own));
      } catch (error) {
        row.giveUp();
        throw error;
      }
      return row.reply();
    },
    get inFlight() {
      return steps.reduce((calls, { fabric }) => calls + fabric.inFlight, 0);
    },
    async close() {
      await Promise.all(steps.map(({ fabric }) => fabric.close()));
    },
  };
}

/** A row on its way through the steps. */
class ChainedRow {
  readonly #way: RowWay;
  /** By step, in their order; null where a step was not asked, or failed. */
  readonly #answers: Record<string, Answer> = {};
  /** What was asked, of the steps that were answered. */
  readonly #sums: Record<string, () => string> = {};
  /** Steps that failed, and those that need one that did. */
  readonly #failed = new Set<string>();
  #failure: { readonly step: string; readonly error: CallError } | undefined;
  #latencyMs = 0;

  constructor(
    private readonly steps: readonly ChainStep[],
    private readonly call: FabricCall,
  ) {
    this.#way = new RowWay(call);
  }

  /** Runs the steps from an index on, up to another, in a place that the row has. */
  async runSteps(from: number, to: number): Promise<void> {
    for (let index = from; index < to; index++) {
      const step = this.steps[index];
      if (step !== undefined && this.#isAsked(step)) await this.#ask(step, index);
    }
  }

  /** Runs the steps from an index on in places of their own. Those that follow each other in the same places keep one. */
  async runElsewhere(from: number): Promise<void> {
    let index = from;
    for (let step = this.steps[index]; step !== undefined; step = this.steps[index]) {
      if (!this.#isAsked(step)) {
        index++;
        continue;
      }
      const { inPlace } = step;
      const start = index;
      while (this.steps[index]?.inPlace === inPlace) index++;
      const end = index;
      await inPlace(() => this.runSteps(start, end));
    }
  }

  /** @throws CallError of the first step that failed. */
  reply() {
    const { call } = this;
    if (this.#failure === undefined) return { answer: this.#answers, latencyMs: this.#latencyMs };
    const { step, error } = this.#failure;
    call.answered = this.#answered();
    throw stepNamed(step, error);
  }

  giveUp(): void {
    this.#way.forgetKept();
  }

  /** A step that is not asked has its null at once. */
  #isAsked({ name, needs, when }: ChainStep): boolean {
    this.#answers[name] = null;
    if (needs.some((one) => this.#failed.has(one))) {
      this.#failed.add(name);
      return false;
    }
    return when === undefined || when.holdsFor(withAnswers(this.call.inputs, this.#answers));
  }

  /** @throws what is no fault of the row. */
  async #ask({ name, fabric, inputsOf, files }: ChainStep, index: number): Promise<void> {
    const inputs = inputsOf(this.call.inputs, this.#answers);
    const { attached } = this.call;
    // Of files counts what they hold: rows whose files are equal share their answers, whatever the names.
    const asked = attached === undefined ? { inputs } : { inputs: without(files, inputs), attached };
    const before = this.call.answered?.[name];
    // The row may have been mended since, and an answer to what it was is none to what it is.
    if (before !== undefined && before.asked === sumOfInputs(asked)) {
      this.#answers[name] = before.answer;
      this.#sums[name] = () => before.asked;
      return;
    }
    try {
      const { answer, latencyMs } = await this.#way.ask(index, fabric, inputs);
      this.#answers[name] = answer;
      this.#sums[name] = () => sumOfInputs(asked);
      this.#latencyMs += latencyMs;
    } catch (error) {
      if (!isOfRow(error)) throw stepNamed(name, error);
      this.#failure ??= { step: name, error };
      this.#failed.add(name);
    }
  }

  #answered(): Record<string, AnsweredStep> {
    return Object.fromEntries(
      Object.entries(this.#sums).map(([name, asked]) => [
        name,
        { answer: this.#answers[name] ?? null, asked: asked() },
      ]),
    );
  }
}

function without(names: readonly string[], inputs: Inputs): Inputs {
  if (names.length === 0) return inputs;
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !names.includes(name)));
}

/** The error with the step that met it, so that whoever reads it knows whose service or key it is about. */
function stepNamed<E>(step: string, error: E): E | CallError {
  if (!(error instanceof CallError) || error.kind === 'aborted') return error;
  return new CallError(error.kind, `step ${step}: ${error.message}`, { ...error.details, step });
}
