import { describe, expect, it } from 'vitest';
import { corrected } from '../../../src/run/retry/corrections.js';

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
