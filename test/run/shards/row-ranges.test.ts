import { describe, expect, it } from 'vitest';
import { RowRanges } from '../../../src/run/shards/row-ranges.js';

describe('ranges of rows', () => {
  it('come back from their text as they were', () => {
    const rows = [1, 2, 3, 5, 8, 9, 1_000_000];

    const ranges = RowRanges.parse(RowRanges.of(rows).toString());

    expect(ranges.toString()).toBe('1-3,5,8-9,1000000');
    expect([...ranges]).toEqual(rows);
    expect(ranges.count).toBe(rows.length);
  });

  it('have the rows that were added and no others', () => {
    const rows = [3, 4, 7, 11, 12, 13];
    const ranges = RowRanges.of(rows);

    const found = Array.from({ length: 16 }, (_, row) => row).filter((row) => ranges.has(row));

    expect(found).toEqual(rows);
  });

  it('refuse rows out of order, and texts that are none', () => {
    const ranges = RowRanges.of([5]);

    expect(() => ranges.add(5)).toThrow(RangeError);
    expect(() => RowRanges.parse('1-3,2')).toThrow(RangeError);
    expect(() => RowRanges.parse('a')).toThrow(RangeError);
  });

  it('are empty without rows', () => {
    const ranges = RowRanges.parse('');

    expect([ranges.count, ranges.first, ranges.last, ranges.has(0)]).toEqual([0, 0, 0, false]);
  });
});
