import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallSlots } from '../../src/batch/call-slots.js';
import { settled } from './hand-executor.js';

/** Work that goes on until it is told to end, and waits that lend their places. */
function workIn(slots: CallSlots) {
  const working: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  function start(): void {
    void slots.run(() => new Promise<void>((resolve) => working.push(resolve)), undefined);
  }
  return {
    working,
    waiting,
    start,
    fill(): void {
      while (slots.hasFree) start();
    },
    lend(): void {
      void slots.whileWaiting(
        () => new Promise<void>((resolve) => waiting.push(resolve)),
        () => {},
      );
    },
  };
}

describe('call slots that are resized', () => {
  it('has more to give out at once', async () => {
    const slots = new CallSlots(2);
    const work = workIn(slots);
    work.fill();
    await settled();

    slots.resize(5);
    work.fill();
    await settled();

    expect(work.working).toHaveLength(5);
    expect(slots.concurrency).toBe(5);
  });

  it('gives none out again until few enough are taken', async () => {
    const slots = new CallSlots(4);
    const work = workIn(slots);
    work.fill();
    await settled();

    slots.resize(2);

    const free: boolean[] = [];
    for (const end of work.working) {
      free.push(slots.hasFree);
      end();
      await settled();
    }
    expect(free).toEqual([false, false, false, true]);
  });

  it('keeps what is lent, and takes it back, whatever the size has become', async () => {
    const slots = new CallSlots(2);
    const work = workIn(slots);
    work.fill();
    work.lend();
    work.fill();
    await settled();
    expect(work.working).toHaveLength(3);

    slots.resize(3);
    work.fill();
    await settled();
    expect(work.working).toHaveLength(4);
    work.waiting[0]?.();
    await settled();
    work.working[0]?.();
    await settled();

    expect(slots.hasFree).toBe(false);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('are not %s', (size) => {
    const slots = new CallSlots(2);

    expect(() => slots.resize(size)).toThrow(RangeError);
    expect(slots.concurrency).toBe(2);
  });

  it('are never given out beyond their number and the loans, and always up to it', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('resize' as const), size: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ kind: fc.constantFrom('end' as const, 'lend' as const, 'return' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(step), async (first, steps) => {
        const slots = new CallSlots(first);
        const work = workIn(slots);
        let size = first;
        let taken = 0;
        let lent = 0;
        for (const step of steps) {
          if (step.kind === 'resize') {
            size = step.size;
            slots.resize(size);
          } else if (step.kind === 'end' && taken > lent) {
            work.working.shift()?.();
            taken--;
          } else if (step.kind === 'lend' && taken > lent) {
            work.lend();
            lent++;
          } else if (step.kind === 'return' && lent > 0) {
            work.waiting.shift()?.();
            lent--;
          }
          await settled();

          expect(slots.hasFree).toBe(taken < size + lent);
          work.fill();
          taken = Math.max(taken, size + lent);
          await settled();
          expect(work.working).toHaveLength(taken);
        }
      }),
      { numRuns: 60 },
    );
  });
});
