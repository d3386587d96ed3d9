import { describe, expect, it, onTestFinished } from 'vitest';
import { CallError } from '../../src/fabric/call-error.js';
import type { Fabric, FabricCall, Inputs } from '../../src/fabric/fabric.js';

export interface FabricUnderTest {
  /** Opens the fabric; the contract closes it. */
  readonly open: () => Promise<Fabric>;
  /** A call that fails for its row's own fault, and how. */
  readonly failing: { readonly inputs: Inputs; readonly kind: CallError['kind'] };
  /** What one call adds to the attempts; 0 but for the layer that counts them. */
  readonly attemptsPerCall?: number;
  /** A call that comes back only when the fabric is closed, and resolves when it is in flight; where there is one. */
  readonly hanging?: { readonly inputs: Inputs; readonly inFlight: () => Promise<void> };
}

const GOOD: readonly Inputs[] = [
  { text: 'A good kettle. It boils fast.' },
  { text: 'The mug broke on Monday, and nobody answered.' },
  { title: '', text: 'ünï 日本語 🦊 "quotes"\nand lines' },
  { price: 9.5, tags: ['a', null, { b: true }], text: 'In Lisbon we paid 20 euros.' },
  {},
];

function callOf(row: number, inputs: Inputs): FabricCall {
  return { row, inputs, calls: 0, attempts: 0 };
}

async function errorOf(calling: Promise<unknown>): Promise<CallError> {
  const error = await calling.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CallError);
  return error as CallError;
}

/** What every client and every layer promises, wherever its program runs. */
export function fabricContract(name: string, subject: FabricUnderTest): void {
  async function opened(): Promise<Fabric> {
    const fabric = await subject.open();
    onTestFinished(() => fabric.close());
    return fabric;
  }

  describe(`${name} keeps the contract of fabrics`, () => {
    it('a call gives an answer and the time it took', async () => {
      const fabric = await opened();

      for (const inputs of GOOD) {
        const { answer, latencyMs } = await fabric.run(callOf(1, inputs));
        expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
        expect(answer).not.toBeNull();
        expect(latencyMs).toBeGreaterThanOrEqual(0);
      }
    });

    it('a call counts itself, changes nothing else, and can be made again', async () => {
      const fabric = await opened();
      const [inputs = {}] = GOOD;
      const call: FabricCall = { row: 7, inputs: structuredClone(inputs), calls: 3, attempts: 2 };

      const first = await fabric.run(call);
      const second = await fabric.run(call);

      expect(call).toEqual({ row: 7, inputs, calls: 5, attempts: 2 + 2 * (subject.attemptsPerCall ?? 0) });
      expect(second.answer).toEqual(first.answer);
    });

    it('calls side by side get their own answers', async () => {
      const fabric = await opened();
      const oneByOne: unknown[] = [];
      for (const [row, inputs] of GOOD.entries())
        oneByOne.push((await fabric.run(callOf(row, inputs))).answer);

      const many = Array.from({ length: 8 }, (_, times) =>
        GOOD.map((inputs, row) => callOf(times * 10 + row, inputs)),
      );
      const replies = await Promise.all(many.flat().map((call) => fabric.run(call)));

      expect(replies.map(({ answer }) => answer)).toEqual(many.flatMap(() => oneByOne));
      expect(many.flat().map(({ calls }) => calls)).toEqual(many.flat().map(() => 1));
    });

    it('a call that fails says how, counts, and spoils no other', async () => {
      const fabric = await opened();
      const [inputs = {}] = GOOD;
      const failing = callOf(1, subject.failing.inputs);

      const [error, reply] = await Promise.all([errorOf(fabric.run(failing)), fabric.run(callOf(2, inputs))]);

      expect(error.kind).toBe(subject.failing.kind);
      expect(error.message).toMatch(/^[^\n]+$/);
      expect(failing.calls).toBe(1);
      expect(reply.answer).toEqual((await fabric.run(callOf(3, inputs))).answer);
    });

    it('nothing is in flight before calls and after them', async () => {
      const fabric = await opened();
      expect(fabric.inFlight).toBe(0);

      const calls = GOOD.map((inputs, row) => fabric.run(callOf(row, inputs)));
      await Promise.allSettled([...calls, fabric.run(callOf(9, subject.failing.inputs))]);

      expect(fabric.inFlight).toBe(0);
    });

    it('once it is closed, calls are aborted', async () => {
      const fabric = await opened();
      await fabric.close();

      const error = await errorOf(fabric.run(callOf(1, GOOD[0] ?? {})));

      expect(error.kind).toBe('aborted');
    });

    it('it can be closed twice', async () => {
      const fabric = await opened();

      await fabric.close();
      await expect(fabric.close()).resolves.toBeUndefined();
    });

    const { hanging } = subject;
    it.runIf(hanging !== undefined)('closing it aborts the calls in flight', async () => {
      const fabric = await opened();
      const calls = [1, 2].map((row) => errorOf(fabric.run(callOf(row, hanging?.inputs ?? {}))));
      await hanging?.inFlight();
      expect(fabric.inFlight).toBeGreaterThan(0);

      await fabric.close();

      expect((await Promise.all(calls)).map(({ kind }) => kind)).toEqual(['aborted', 'aborted']);
      expect(fabric.inFlight).toBe(0);
    });
  });
}
