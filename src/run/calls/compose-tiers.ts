import type { StepStore } from '../../fabric/step-outcome.js';
import { fieldScorer } from '../../fabric/tiers/field-scorer.js';
import { judgeScorer } from '../../fabric/tiers/judge-scorer.js';
import { loadModuleScorer } from '../../fabric/tiers/module-scorer.js';
import { remembered } from '../../fabric/tiers/remembered.js';
import type { Scorer } from '../../fabric/tiers/scorer.js';
import { type Tier, type TieredOptions, tiered } from '../../fabric/tiers/tiered.js';
import type { FabricCalls, ScorePlan, TiersPlan } from '../plan/call-plan.js';
import { nameOfStack, type Stack, type StackMaker } from './stack.js';
import { sumOfHoldups } from './sum-of-holdups.js';

export interface TierParts {
  readonly stackOf: StackMaker;
  readonly steps: StepStore;
  /** A row that moves up lends its place among the first tier's calls to another row. */
  readonly onPlaceFreed: () => void;
}

/**
 * The tiers as one fabric, in whose first tier's places the rows start. Each tier has layers and places of its own:
 * what waits for a better model never keeps the cheaper one from its work.
 *
 * @throws ScoreModuleError where the module that scores cannot be used.
 */
export async function composeTiers(
  first: FabricCalls,
  { upper, score, minScore }: TiersPlan,
  { stackOf, steps, onPlaceFreed }: TierParts,
): Promise<Stack> {
  const stacks: Stack[] = [];
  for (const [index, calls] of [first, ...upper].entries()) {
    // Where the schema is the score, an answer that does not match moves up, and is not repaired.
    const invalidAnswers = score.kind === 'schema' && index < upper.length ? 'failed' : 'repaired';
    stacks.push(await stackOf(calls, { name: nameOfStack(index), invalidAnswers }));
  }
  const judge =
    score.kind === 'fabric'
      ? await stackOf(score.judge, { name: nameOfStack('judge'), invalidAnswers: 'repaired' })
      : undefined;
  const [{ places }] = stacks as [Stack];
  const tierOf = (stack: Stack, step: string): Tier => ({
    fabric: remembered(stack.fabric, step, steps),
    inPlace: (work) =>
      stack.places === places
        ? work()
        : places.slots.whileWaiting(() => stack.places.slots.run(work, undefined), onPlaceFreed),
  });
  const options: TieredOptions = {
    tiers: stacks.map((stack, index) => tierOf(stack, String(index))),
    scorer: await scorerOf(score),
    minScore,
  };
  const fabric = tiered(judge === undefined ? options : { ...options, judge: tierOf(judge, 'judge') });
  const all = judge === undefined ? stacks : [...stacks, judge];
  return {
    fabric,
    places,
    inFlight: () => fabric.inFlight,
    holdups: () => sumOfHoldups(all.map((stack) => stack.holdups())),
    resize: (calls) => {
      for (const stack of all) stack.resize(calls);
    },
  };
}

async function scorerOf(score: ScorePlan): Promise<Scorer> {
  switch (score.kind) {
    case 'field':
      return fieldScorer(score.property);
    case 'module':
      return loadModuleScorer(score.path);
    case 'fabric':
      return judgeScorer;
    case 'schema':
      // What does not match has failed, and counts for nothing.
      return () => 1;
  }
}
