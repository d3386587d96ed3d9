import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/json/parse-json.js';
import type { JsonObject } from '../../../src/rows/row.js';
import { CorrectedRows, corrected } from '../../../src/run/retry/corrections.js';

describe('a corrected row', () => {
  const ITEM = { id: '007', stars: 3, tags: ['a', 'b'], note: null, name: '1' };

  it('keeps the values of what reads as it did, numbers and lists too', () => {
    const fields = { id: '007', stars: '3', tags: '["a","b"]', note: '', name: '1' };

    expect(corrected(ITEM, fields)).toEqual(ITEM);
  });

  it('has what was changed, as the kind of value that it was', () => {
    const fields = { id: '008', stars: '4', tags: '["c"]', name: '2', missing: '', new: 'x' };

    expect(corrected(ITEM, fields)).toEqual({
      ...ITEM,
      id: '008',
      stars: 4,
      tags: ['c'],
      name: '2',
      new: 'x',
    });
  });

  it('is a text where it is no longer JSON', () => {
    expect(corrected(ITEM, { stars: 'three' })).toMatchObject({ stars: 'three' });
  });
});

describe('corrected rows', () => {
  it('have the fields that they were given, with all digits of their numbers, and are not held as objects', () => {
    const rows = new CorrectedRows();
    const fields = parseJson('{"id":"007","price":1.50,"large":9007199254740993}') as JsonObject;

    rows.add(17, fields);

    expect([rows.size, rows.has(17), rows.has(18), rows.fieldsOf(18)]).toEqual([1, true, false, undefined]);
    expect(rows.fieldsOf(17)).toEqual(fields);
    expect(rows.fieldsOf(17)).not.toBe(fields);
  });
});
