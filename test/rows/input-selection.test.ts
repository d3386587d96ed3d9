import { describe, expect, it } from 'vitest';
import { inputsReader } from '../../src/rows/input-selection.js';
import type { CellRow, JsonObject, ObjectRow } from '../../src/rows/row.js';

const cells = (...values: string[]): CellRow => ({
  kind: 'cells',
  number: 1,
  cells: values,
  text: values.join(),
});
const object = (value: JsonObject): ObjectRow => ({ kind: 'object', number: 1, object: value, text: '' });

describe('the inputs of a CSV row', () => {
  it('are all its columns, as text', () => {
    expect(inputsReader(['sku', 'price'], undefined)(cells('007', '1.0'))).toEqual({
      sku: '007',
      price: '1.0',
    });
  });

  it('are the chosen columns, under the names chosen for them', () => {
    const selected = [
      { input: 'text', column: 'b' },
      { input: 'again', column: 'b' },
      { input: 'a', column: 'a' },
    ];

    const inputs = inputsReader(['a', 'b', 'c'], selected)(cells('1', '2', '3'));

    expect(inputs).toEqual({ text: '2', again: '2', a: '1' });
    expect(Object.keys(inputs)).toEqual(['text', 'again', 'a']);
  });
});

describe('the inputs of a JSONL row', () => {
  it('are all its own fields, also those that the first rows have not', () => {
    const row = object({ a: 1, late: { b: [true] } });

    expect(inputsReader(['a'], undefined)(row)).toEqual({ a: 1, late: { b: [true] } });
  });

  it('are the chosen fields that it has', () => {
    const selected = [
      { input: 'x', column: 'a' },
      { input: 'y', column: 'b' },
      { input: 'z', column: 'c' },
    ];

    expect(inputsReader(['a', 'b', 'c'], selected)(object({ a: null, c: 0 }))).toEqual({ x: null, z: 0 });
  });

  it('are never what an object only inherits', () => {
    const selected = [{ input: 'x', column: 'constructor' }];

    expect(inputsReader(['constructor'], selected)(object({ a: 1 }))).toEqual({});
  });
});
