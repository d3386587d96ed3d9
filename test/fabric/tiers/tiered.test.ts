import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import type { Answer, Fabric, FabricCall } from '../../../src/fabric/fabric.js';
import { addSpending } from '../../../src/fabric/spending.js';
import type { StepOutcome, StepStore } from '../../../src/fabric/step-outcome.js';
import { NO_STEPS, remembered } from '../../../src/fabric/tiers/remembered.js';
import type { Scorer } from '../../../src/fabric/tiers/scorer.js';
import { type Tier, tiered } from '../../../src/fabric/tiers/tiered.js';

type Does = Answer | CallError;

/** A fabric that does the same for every call, which costs 1. */
function doing(does: Does) {
  const seen: FabricCall[] = [];
  const fabric: Fabric = {
    async run(call) {
      seen.push(call);
      call.calls++;
      call.attempts++;
      call.spent = addSpending(call.spent, { input: 10, output: 1, cached: 0, cost: 1, unpriced: 0 });
      if (does instanceof CallError) throw does;
      return { answer: does, latencyMs: seen.length };
    },
    inFlight: 0,
    close: async () => {},
  };
  return { fabric, seen };
}

function tierOf(fabric: Fabric): Tier {
  return { fabric, inPlace: (work) => work() };
}

/** An answer that is a number is its own score. */
const ownScore: Scorer = (_call, answer) => Number(answer);

function aCall(): FabricCall {
  return { row: 1, inputs: { name: 'mug' }, calls: 0, attempts: 0 };
}

async function asked(
  all: readonly Does[],
  { minScore = 0.7, scorer = ownScore, judge }: { minScore?: number; scorer?: Scorer; judge?: Fabric } = {},
) {
  const fabrics = all.map(doing);
  const call = aCall();
  const store: StepStore = { keepsSteps: true, stepBefore: () => undefined, recordStep: async () => {} };
  const fabric = tiered({
    tiers: fabrics.map((one, tier) => tierOf(remembered(one.fabric, String(tier), store))),
    scorer,
    minScore,
    ...(judge === undefined ? {} : { judge: tierOf(judge) }),
  });
  const outcome = await fabric.run(call).then(
    ({ answer }) => answer,
    (error: unknown) => error,
  );
  return { outcome, call, calls: fabrics.map(({ seen }) => seen.length) };
}

const REFUSED = new CallError('refused', 'the model refused');
const NO_KEY = new CallError('auth', 'the key was refused');
const STOPPED = new CallError('aborted', 'the run stopped');

describe('tiers', () => {
  it.each([
    ['an answer that is good enough stays where it is', [0.7, 0.9], 0.7, [1, 0]],
    ['an answer that scores too low moves up', [0.6, 0.9], 0.9, [1, 1]],
    ['the best answer is kept, though none is good enough', [0.6, 0.3, 0.5], 0.6, [1, 1, 1]],
    ['the earlier one of equals is kept', [0.5, 0.5], 0.5, [1, 1]],
    ['it goes no further than it has to', [0.1, 0.8, 0.9], 0.8, [1, 1, 0]],
    ['a row that fails moves up', [REFUSED, 0.9], 0.9, [1, 1]],
    ['a poor answer is better than none', [0.1, REFUSED], 0.1, [1, 1]],
    [
      'a row that all tiers fail on has the last failure',
      [new CallError('truncated', 'cut'), REFUSED],
      REFUSED,
      [1, 1],
    ],
    ['an error that is no row’s fault is passed on', [0.1, NO_KEY, 0.9], NO_KEY, [1, 1, 0]],
    ['a run that stops is not a failure', [STOPPED, 0.9], STOPPED, [1, 0]],
  ] as [string, Does[], unknown, number[]][])('%s', async (_, does, outcome, calls) => {
    const got = await asked(does);

    expect(got.outcome).toBe(outcome);
    expect(got.calls).toEqual(calls);
  });

  it('say what each took, and whose answer is kept', async () => {
    const { call } = await asked([0.6, REFUSED, 0.9]);
    const spent = { input: 10, output: 1, cached: 0, cost: 1, unpriced: 0 };

    expect(call).toMatchObject({
      calls: 3,
      attempts: 3,
      spent: { input: 30, cost: 3 },
      tiers: {
        kept: 2,
        score: 0.9,
        steps: [
          { by: 0, calls: 1, spent },
          { by: 1, calls: 1, spent },
          { by: 2, calls: 1, spent },
        ],
      },
    });
  });

  it('count the judge, who is asked about every answer', async () => {
    const judge = doing('0.2');
    const scorer: Scorer = async (call, answer, askJudge) =>
      Number((await askJudge({ ...call.inputs, output: answer }, String(answer))).answer);

    const { outcome, call } = await asked(['one', 'two'], { scorer, judge: judge.fabric });

    expect(outcome).toBe('one');
    expect(judge.seen.map(({ inputs, variant }) => [inputs.output, variant])).toEqual([
      ['one', 'one'],
      ['two', 'two'],
    ]);
    expect(call.tiers?.steps.map(({ by }) => by)).toEqual([0, 'judge', 1, 'judge']);
    expect(call.calls).toBe(4);
  });

  it('move a row up whose judge fails, and keep its answer where nothing better comes of that', async () => {
    const judge = doing(REFUSED);
    const scorer: Scorer = async (_call, answer, askJudge) =>
      Number((await askJudge({}, String(answer))).answer);

    const { outcome, calls } = await asked(['one', 'two'], { scorer, judge: judge.fabric });

    expect([outcome, ...calls]).toEqual(['one', 1, 1]);
  });

  it('leave to the journal what earlier steps took, when the run stops on the way', async () => {
    const { call } = await asked([0.6, STOPPED]);

    expect(call).toMatchObject({ calls: 1, attempts: 1, spent: { cost: 1 } });
  });

  it('leave everything to the journal when the scorer stops the run', async () => {
    const scorer: Scorer = () => {
      throw new CallError('misconfigured', 'no number');
    };

    const { outcome, call } = await asked([0.6, 0.9], { scorer });

    expect(outcome).toMatchObject({ kind: 'misconfigured' });
    expect(call.calls).toBe(0);
    expect(call.spent).toBeUndefined();
  });

  it('count what earlier steps took where nothing is kept, when the run stops on the way', async () => {
    const tiers = [0.6, STOPPED].map((does) => tierOf(remembered(doing(does).fabric, '0', NO_STEPS)));
    const call = aCall();

    await expect(tiered({ tiers, scorer: ownScore, minScore: 0.7 }).run(call)).rejects.toBe(STOPPED);

    expect(call).toMatchObject({ calls: 2, attempts: 2, spent: { cost: 2 } });
  });
});

describe('steps that are remembered', () => {
  function aStore() {
    const steps = new Map<string, StepOutcome>();
    const store: StepStore = {
      keepsSteps: true,
      stepBefore: (row, step) => steps.get(`${row} ${step}`),
      recordStep: async (row, step, outcome) =>
        void steps.set(`${row} ${step}`, JSON.parse(JSON.stringify(outcome))),
    };
    return { steps, store };
  }

  it.each([
    ['an answer', { title: 'mug' }],
    ['a failure', new CallError('unprocessable', 'too short', { status: 422 })],
  ] as [string, Does][])('give %s again, and what it took, without a call', async (_, does) => {
    const { store } = aStore();
    const { fabric, seen } = doing(does);
    const outcomeOf = async (call: FabricCall) => {
      const outcome = await remembered(fabric, '0', store)
        .run(call)
        .catch((error: CallError) => ({
          kind: error.kind,
          message: error.message,
          status: error.details.status,
        }));
      return { outcome, calls: call.calls, attempts: call.attempts, spent: call.spent };
    };

    const first = await outcomeOf(aCall());
    const again = await outcomeOf(aCall());

    expect(again).toEqual(first);
    expect(seen.length).toBe(1);
  });

  it('are none of a row that was mended, of another row, or of another tier', async () => {
    const { store } = aStore();
    const { fabric, seen } = doing('answer');
    await remembered(fabric, '0', store).run(aCall());

    await remembered(fabric, '0', store).run({ ...aCall(), inputs: { name: 'cup' } });
    await remembered(fabric, '0', store).run({ ...aCall(), row: 2 });
    await remembered(fabric, '1', store).run(aCall());

    expect(seen.length).toBe(4);
  });

  it.each([[NO_KEY], [STOPPED]])('are not made of %s', async (error) => {
    const { store, steps } = aStore();

    await expect(remembered(doing(error).fabric, '0', store).run(aCall())).rejects.toBe(error);

    expect(steps.size).toBe(0);
  });
});
