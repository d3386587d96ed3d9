import type { StepStore } from '../../fabric/step-outcome.js';
import { type ChainStep, chained, type InPlace } from '../../fabric/steps/chained.js';
import { stepInputsOf } from '../../fabric/steps/step-inputs.js';
import { remembered } from '../../fabric/tiers/remembered.js';
import type { Holdups } from '../../monitor/live-counts.js';
import type { FabricCalls, StepsPlan } from '../plan/call-plan.js';
import { nameOfStack, type Stack, type StackOptions } from './stack.js';
import { sumOfHoldups } from './sum-of-holdups.js';

export interface StepParts<Lane> {
  /** Opens the limiter and the places for the calls of a fabric. */
  readonly laneOf: (calls: FabricCalls, options: StackOptions) => Lane;
  readonly stackOf: (calls: FabricCalls, options: StackOptions, lane: Lane) => Promise<Stack>;
  readonly steps: StepStore;
  /** There is a place among the first step's calls for another row. */
  readonly onPlaceFreed: () => void;
}

/**
 * The steps as one fabric, in whose first step's places the rows start. Steps that call the same model with the same
 * limits share limiter and places, so that what the service allows holds for all of them together; other steps have
 * their own, and never keep each other from their work.
 */
export async function composeSteps<Lane>(
  plans: StepsPlan,
  { laneOf, stackOf, steps, onPlaceFreed }: StepParts<Lane>,
): Promise<Stack> {
  const lanes: Lane[] = [];
  const stacks: Stack[] = [];
  const ways: InPlace[] = [];
  for (const [index, { calls, sharesWith }] of plans.entries()) {
    const options: StackOptions = { name: nameOfStack(index), invalidAnswers: 'repaired' };
    const lane = lanes[sharesWith] ?? laneOf(calls, options);
    const stack = await stackOf(calls, options, lane);
    lanes.push(lane);
    stacks.push(stack);
    ways.push(ways[sharesWith] ?? wayInto(stack, sharesWith === 0 ? onPlaceFreed : () => {}));
  }
  const [{ places }] = stacks as [Stack];
  const chain = plans.map(({ name, sent, when, needs }, index): ChainStep => {
    const { fabric } = stacks[index] as Stack;
    return {
      ...{ name, needs, inputsOf: stepInputsOf(sent), files: sent.files, when: when?.condition },
      fabric: remembered(fabric, name, steps),
      inPlace: ways[index] as InPlace,
    };
  });
  const fabric = chained(chain, (work) => places.slots.whileWaiting(work, onPlaceFreed));
  return {
    fabric,
    places,
    inFlight: () => fabric.inFlight,
    resize: (calls) => {
      for (const [index, stack] of stacks.entries())
        if (plans[index]?.sharesWith === index) stack.resize(calls);
    },
    holdups: () =>
      sumOfHoldups(stacks.map((stack, index) => holdupsOf(stack, plans[index]?.sharesWith === index))),
  };
}

function wayInto({ places: { slots } }: Stack, onPlaceFreed: () => void): InPlace {
  return async (work) => {
    try {
      await slots.run(work, undefined);
    } finally {
      onPlaceFreed();
    }
  };
}

/** What waits for a limiter that several steps share is counted once. */
function holdupsOf(stack: Stack, isFirst: boolean): Holdups {
  const holdups = stack.holdups();
  return isFirst ? holdups : { ...holdups, forLimit: 0 };
}
