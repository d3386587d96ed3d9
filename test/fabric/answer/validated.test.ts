import { describe, expect, it } from 'vitest';
import { SchemaError } from '../../../src/fabric/answer/answer-schema.js';
import { validated } from '../../../src/fabric/answer/validated.js';
import { CallError } from '../../../src/fabric/call-error.js';
import type { Answer, Fabric, FabricCall, Repair } from '../../../src/fabric/fabric.js';
import { Limiter } from '../../../src/limits/limiter.js';
import { retrying } from '../../../src/limits/retry/retrying.js';
import { FakeClock } from '../../limits/fake-clock.js';

const SCHEMA = {
  type: 'object',
  properties: { title: { type: 'string' }, price: { type: 'number' } },
  required: ['title', 'price'],
  additionalProperties: false,
};
const GOOD = { title: 'mug', price: 9.5 };
const BAD = { title: 'mug', price: '9.5' };

/** Answers with one after the other, and notes what each call was told to repair. */
function answering(...steps: readonly (Answer | CallError)[]) {
  const repairs: (Repair | undefined)[] = [];
  const next: Fabric = {
    async run(call) {
      const step = steps[repairs.length] ?? null;
      repairs.push(call.repair);
      call.calls++;
      if (step instanceof CallError) throw step;
      return { answer: step, latencyMs: 7, usage: { input: 3, output: 4 } };
    },
    inFlight: 0,
    close: async () => {},
  };
  return { next, repairs, fabric: validated(next, SCHEMA) };
}

function newCall(): FabricCall {
  return { row: 1, inputs: {}, calls: 0, attempts: 0 };
}

async function errorOf(calling: Promise<unknown>): Promise<CallError> {
  const error = await calling.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CallError);
  return error as CallError;
}

describe('an answer that matches', () => {
  it('goes through as it is, where it is an object', async () => {
    const reply = await answering(GOOD).fabric.run(newCall());

    expect(reply).toEqual({ answer: GOOD, latencyMs: 7, usage: { input: 3, output: 4 } });
  });

  it('becomes the object that it holds, where it is a text', async () => {
    const text = `Here:\n\`\`\`json\n${JSON.stringify(GOOD)}\n\`\`\``;

    const reply = await answering(text).fabric.run(newCall());

    expect(reply).toEqual({ answer: GOOD, latencyMs: 7, usage: { input: 3, output: 4 } });
  });
});

describe('an answer that does not match', () => {
  it('fails its attempt, saying what was wrong, and asks the next one to mend it', async () => {
    const { fabric } = answering(BAD);
    const call = newCall();

    const error = await errorOf(fabric.run(call));

    expect([error.kind, error.costsAttempt, error.message]).toEqual([
      'bad-answer',
      true,
      "the answer does not match the fabric's output: /price must be number",
    ]);
    expect(call.repair).toEqual({ answer: JSON.stringify(BAD), problem: '/price must be number' });
  });

  it('is handed on as it came, where it is a text', async () => {
    const call = newCall();

    await errorOf(answering('I cannot do that.').fabric.run(call));

    expect(call.repair).toEqual({
      answer: 'I cannot do that.',
      problem: expect.stringMatching(/^it is text without a JSON object/),
    });
  });

  it('is mended by the next attempt, which is told of it; the one after that is not', async () => {
    const { fabric, repairs } = answering(BAD, GOOD, GOOD);
    const call = newCall();

    await errorOf(fabric.run(call));
    const reply = await fabric.run(call);
    await fabric.run(call);

    expect(reply.answer).toEqual(GOOD);
    expect(repairs).toEqual([
      undefined,
      expect.objectContaining({ problem: '/price must be number' }),
      undefined,
    ]);
  });

  it('fails its row for good the second time', async () => {
    const { fabric } = answering(BAD, { title: 'mug' });
    const call = newCall();

    await errorOf(fabric.run(call));
    const error = await errorOf(fabric.run(call));

    expect([error.kind, error.costsAttempt, error.details.final]).toEqual(['bad-answer', false, true]);
    expect(error.message).toBe(
      'the answer does not match the fabric\'s output: it must have the property "price"',
    );
  });

  it('is still to be mended after an attempt that brought no answer', async () => {
    const { fabric, repairs } = answering(BAD, new CallError('timeout', 'no answer'), GOOD);
    const call = newCall();

    await errorOf(fabric.run(call));
    const error = await errorOf(fabric.run(call));
    await fabric.run(call);

    expect([error.kind, error.costsAttempt]).toEqual(['timeout', true]);
    expect(repairs[2]).toEqual(repairs[1]);
  });

  it.each([
    ['a long text', 'sorry '.repeat(1_000)],
    ['a property with a long name', { ...GOOD, [`${'x\n'.repeat(1_000)}`]: 1 }],
  ])('is not quoted whole, nor over several lines: %s', async (_what, answer) => {
    const error = await errorOf(answering(answer).fabric.run(newCall()));

    expect(error.message).toMatch(/^[^\n]{50,300}$/);
  });
});

describe('under the retries', () => {
  function retried(...steps: readonly (Answer | CallError)[]) {
    const { next, repairs } = answering(...steps);
    const clock = new FakeClock();
    const limiter = new Limiter({ rate: 'none', clock });
    const fabric = retrying(validated(next, SCHEMA), { attempts: 5, limiter, clock, random: () => 0 });
    return { fabric, repairs, clock };
  }

  it('a row has one attempt to mend its answer, whatever attempts are left', async () => {
    const { fabric, repairs, clock } = retried(BAD, BAD, GOOD);
    const call = newCall();

    const failing = errorOf(fabric.run(call));
    await clock.advance(0);
    const error = await failing;

    expect([error.kind, call.calls, call.attempts, repairs.length]).toEqual(['bad-answer', 2, 2, 2]);
  });

  it('an answer that was mended is the row’s', async () => {
    const { fabric, clock } = retried(BAD, new CallError('server', 'the service answered 500'), GOOD);
    const call = newCall();

    const running = fabric.run(call);
    await clock.advance(0);
    const { answer } = await running;

    expect([answer, call.attempts]).toEqual([GOOD, 3]);
  });
});

describe('the layer', () => {
  it('tells what calls take where the next one can, and only there', () => {
    const { next } = answering();
    const estimate = { input: 1, output: 2, deviation: 3 };
    const telling: Fabric = { ...next, estimate: () => estimate };

    expect(validated(telling, SCHEMA).estimate?.(newCall())).toBe(estimate);
    expect('estimate' in validated(next, SCHEMA)).toBe(false);
  });

  it('is not made of a schema that is none', () => {
    expect(() => validated(answering().next, { type: 'text' })).toThrow(SchemaError);
  });
});
