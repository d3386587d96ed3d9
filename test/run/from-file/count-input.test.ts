import { describe, expect, it } from 'vitest';
import { START } from '../../../src/rows/row.js';
import { type CountedPlan, countIfQuick } from '../../../src/run/from-file/count-input.js';
import { memorySource } from '../../rows/memory-source.js';

/** The plan of an input that has `bytes` on the disk, and how often it was read. */
function planOf(bytes: number) {
  const source = memorySource('a,b\nc,d\n');
  const state = { reads: 0 };
  const plan: CountedPlan = {
    input: {
      source: {
        ...source,
        read: (offset) => {
          state.reads++;
          return source.read(offset);
        },
      },
      look: { layout: { format: 'csv', delimiter: ',', newline: '\n' } },
      stat: { size: bytes, mtimeMs: 0 },
    },
    from: START,
    limit: undefined,
  };
  return { plan, state };
}

describe('the rows of a run that has stopped', () => {
  it('are counted where the input is small', async () => {
    const { plan, state } = planOf(8);

    expect([await countIfQuick(plan), state.reads]).toEqual([2, 1]);
  });

  it('are not counted where the input is large, nor is it read any more', async () => {
    const { plan, state } = planOf(1_000_000_000);

    expect([await countIfQuick(plan), state.reads]).toEqual([undefined, 0]);
  });
});
