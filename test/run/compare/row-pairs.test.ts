import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../../src/rows/row.js';
import { pairByKey, pairByNumber, type RowPair } from '../../../src/run/compare/row-pairs.js';
import { runs } from '../../support/runs.js';

const keyOf = (row: Row) => (row.kind === 'cells' ? (row.cells[0] ?? '') : '');
const BY_FIRST_CELL = { before: keyOf, after: keyOf };

async function* rowsOf(keys: readonly string[]): AsyncGenerator<Row, void> {
  for (const [index, key] of keys.entries())
    yield { kind: 'cells', number: index + 1, cells: [key], text: key };
}

async function shownPairs(pairs: AsyncIterable<RowPair>): Promise<string[]> {
  const shown: string[] = [];
  for await (const pair of pairs) {
    const before = pair.kind === 'added' ? '' : `${keyOf(pair.before)}${pair.before.number}`;
    const after = pair.kind === 'removed' ? '' : `${keyOf(pair.after)}${pair.after.number}`;
    shown.push(`${before}-${after}`);
  }
  return shown;
}

describe('rows in pairs', () => {
  it('by their numbers, the longer file has rows alone', async () => {
    expect(await shownPairs(pairByNumber(rowsOf(['a', 'b', 'c']), rowsOf(['x'])))).toEqual([
      'a1-x1',
      'b2-',
      'c3-',
    ]);
    expect(await shownPairs(pairByNumber(rowsOf([]), rowsOf(['x', 'y'])))).toEqual(['-x1', '-y2']);
  });

  it('by a key, whatever their order, and equal keys in their order', async () => {
    const pairs = pairByKey(rowsOf(['a', 'b', 'a', 'c']), rowsOf(['d', 'a', 'c', 'a']), BY_FIRST_CELL);

    expect((await shownPairs(pairs)).sort()).toEqual(['-d1', 'a1-a2', 'a3-a4', 'b2-', 'c4-c3']);
  });

  it('each row comes once, and as many pairs as the keys allow', async () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(keys, keys, async (before, after) => {
        const pairs = await shownPairs(pairByKey(rowsOf(before), rowsOf(after), BY_FIRST_CELL));

        const sides = pairs.map((pair) => pair.split('-'));
        const listed = (list: readonly string[]) => list.map((key, index) => `${key}${index + 1}`).sort();
        expect(sides.flatMap(([left]) => left || []).sort()).toEqual(listed(before));
        expect(sides.flatMap(([, right]) => right || []).sort()).toEqual(listed(after));
        for (const key of 'abcde') {
          const both = sides.filter(
            ([left = '', right = '']) => left.startsWith(key) && right.startsWith(key),
          );
          const count = (list: readonly string[]) => list.filter((one) => one === key).length;
          expect(both.length).toBe(Math.min(count(before), count(after)));
        }
      }),
      { numRuns: runs(100) },
    );
  });
});
