import type { Spending, StepRecord } from '../fabric/fabric.js';
import type { FinishedResult } from '../fabric/row-result.js';

/** The spending of a tier or a step, or on judging, and its rows. */
export interface TierTally {
  [name: string]: number;
  /** Rows that it was called for. */
  asked: number;
  /** Rows whose answer is from it. */
  kept: number;
  calls: number;
  input: number;
  output: number;
  cached: number;
  cost: number;
  unpriced: number;
  /** The highest cost of a call; a row with several calls counts with their mean. */
  dearest: number;
}

/** The tally as a checkpoint keeps it. */
export interface SpendingSnapshot {
  [name: string]: number | { [name: string]: TierTally } | { [name: string]: number };
  input: number;
  output: number;
  cached: number;
  cost: number;
  unpriced: number;
  possiblyBilled: number;
  dearest: number;
  reusedInRun: number;
  reusedFromCache: number;
  blank?: number;
  leftOut?: number;
  filled?: number;
  viaBatch?: number;
  tiers: { [name: string]: TierTally };
  /** Rows answered by another model than the requested one, by its name. */
  models: { [name: string]: number };
}

/** Bounds the checkpoint where a service names another model with every answer. */
const MOST_MODELS = 50;

/** The tokens and costs of a run's calls, and the rows that needed no call. */
export class SpendingTally implements Spending {
  input: number;
  output: number;
  cached: number;
  /** In the unit of the run's price. */
  cost: number;
  /** Calls whose price is unknown. */
  unpriced: number;
  /** Calls that were given up after they were sent. */
  possiblyBilled: number;
  /** The highest cost of a call; a row with several calls counts with their mean. */
  dearest: number;
  /** Rows that share the answer of an equal row. */
  reusedInRun: number;
  /** Rows whose answer was in the cache. */
  reusedFromCache: number;
  /** Rows answered by another model than the requested one, by its name. */
  readonly models: Map<string, number>;
  /** Blank rows, which take no call. */
  blank: number;
  /** Rows that were not chosen. */
  leftOut: number;
  /** Rows that had a value already, and keep it. */
  filled: number;
  /** Of the cost, what went through a batch API. */
  viaBatch: number;
  readonly #tiers: Map<StepRecord['by'], TierTally>;

  constructor(from?: SpendingSnapshot) {
    this.input = from?.input ?? 0;
    this.output = from?.output ?? 0;
    this.cached = from?.cached ?? 0;
    this.cost = from?.cost ?? 0;
    this.unpriced = from?.unpriced ?? 0;
    // Checkpoints of older versions lack it.
    this.possiblyBilled = from?.possiblyBilled ?? 0;
    this.dearest = from?.dearest ?? 0;
    this.reusedInRun = from?.reusedInRun ?? 0;
    this.reusedFromCache = from?.reusedFromCache ?? 0;
    // Checkpoints of older versions lack it.
    this.models = new Map(Object.entries(from?.models ?? {}));
    this.blank = from?.blank ?? 0;
    this.leftOut = from?.leftOut ?? 0;
    this.filled = from?.filled ?? 0;
    this.viaBatch = from?.viaBatch ?? 0;
    this.#tiers = new Map(
      Object.entries(from?.tiers ?? {}).map(([by, tally]) => [
        by === 'judge' ? by : Number(by),
        { ...tally },
      ]),
    );
  }

  add(result: FinishedResult): void {
    const { calls, spent, reused, tiers } = result;
    if (result.status === 'answered' && result.model !== undefined) this.#answeredBy(result.model, 1);
    if (spent !== undefined) {
      this.addSpent(spent);
      noteDearest(this, spent, calls);
      if (result.via === 'batch') this.viaBatch += spent.cost;
    }
    if (reused === 'run') this.reusedInRun++;
    else if (reused === 'cache') this.reusedFromCache++;
    else if (reused === 'blank') this.blank++;
    else if (reused === 'left-out') this.leftOut++;
    else if (reused === 'filled') this.filled++;
    if (tiers === undefined) return;
    // The answers of all steps are kept.
    const isChain = tiers.kept === undefined;
    for (const step of tiers.steps) this.addStep(step, isChain);
    if (tiers.kept !== undefined) this.#tier(tiers.kept).kept++;
  }

  /** Counts a step for its tier, or for itself: its calls are the row's, and are counted there too. */
  addStep({ by, calls, spent, answeredInMs }: StepRecord, isAnswerKept: boolean): void {
    const tally = this.#tier(by);
    tally.asked++;
    if (isAnswerKept && answeredInMs !== undefined) tally.kept++;
    tally.calls += calls;
    if (spent === undefined) return;
    addTo(tally, spent);
    noteDearest(tally, spent, calls);
  }

  addSpent(spent: Spending): void {
    addTo(this, spent);
  }

  merge(other: SpendingTally): void {
    addTo(this, other);
    this.dearest = Math.max(this.dearest, other.dearest);
    this.reusedInRun += other.reusedInRun;
    this.reusedFromCache += other.reusedFromCache;
    for (const [model, rows] of other.models) this.#answeredBy(model, rows);
    this.blank += other.blank;
    this.leftOut += other.leftOut;
    this.filled += other.filled;
    this.viaBatch += other.viaBatch;
    for (const [by, theirs] of other.#tiers) {
      const tally = this.#tier(by);
      addTo(tally, theirs);
      tally.dearest = Math.max(tally.dearest, theirs.dearest);
      tally.asked += theirs.asked;
      tally.kept += theirs.kept;
      tally.calls += theirs.calls;
    }
  }

  /** Rows that took no call. */
  get withoutCall(): number {
    return this.reusedInRun + this.reusedFromCache + this.blank + this.leftOut + this.filled;
  }

  /** Calls and spending, by a tier's or step's index or `judge`. */
  get tiers(): ReadonlyMap<StepRecord['by'], TierTally> {
    return this.#tiers;
  }

  snapshot(): SpendingSnapshot {
    const { input, output, cached, cost, unpriced, possiblyBilled } = this;
    const { dearest, reusedInRun, reusedFromCache, blank, leftOut, filled, viaBatch } = this;
    const tiers = structuredClone(Object.fromEntries(this.#tiers));
    const models = Object.fromEntries(this.models);
    const taken = { input, output, cached, cost, unpriced, possiblyBilled };
    const someRuns = {
      ...(blank > 0 && { blank }),
      ...(leftOut > 0 && { leftOut }),
      ...(filled > 0 && { filled }),
      ...(viaBatch > 0 && { viaBatch }),
    };
    return { ...taken, dearest, reusedInRun, reusedFromCache, ...someRuns, tiers, models };
  }

  #answeredBy(model: string, rows: number): void {
    const name = this.models.has(model) || this.models.size < MOST_MODELS ? model : 'others';
    this.models.set(name, (this.models.get(name) ?? 0) + rows);
  }

  #tier(by: StepRecord['by']): TierTally {
    let tally = this.#tiers.get(by);
    if (tally === undefined) {
      tally = {
        asked: 0,
        kept: 0,
        calls: 0,
        input: 0,
        output: 0,
        cached: 0,
        cost: 0,
        unpriced: 0,
        dearest: 0,
      };
      this.#tiers.set(by, tally);
    }
    return tally;
  }
}

function noteDearest(tally: { dearest: number }, { cost }: Spending, calls: number): void {
  tally.dearest = Math.max(tally.dearest, cost / Math.max(1, calls));
}

function addTo(sum: { -readonly [K in keyof Spending]: Spending[K] }, spent: Spending): void {
  sum.input += spent.input;
  sum.output += spent.output;
  sum.cached += spent.cached;
  sum.cost += spent.cost;
  sum.unpriced += spent.unpriced;
  if (spent.possiblyBilled) sum.possiblyBilled = (sum.possiblyBilled ?? 0) + spent.possiblyBilled;
}
