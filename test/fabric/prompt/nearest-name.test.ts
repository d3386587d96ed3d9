import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../src/fabric/prompt/nearest-name.js';

describe('the nearest name', () => {
  it.each([
    ['nmae', ['price', 'name'], 'name'],
    ['Product Name', ['product', 'product_name'], 'product_name'],
    ['descripton', ['description', 'descriptor'], 'description'],
    ['a', ['b', 'c'], 'b'],
    ['temp', ['top_p', 'temperature_range', 'temperature'], 'temperature'],
    ['te', ['temperature'], undefined],
    ['price', ['name', 'sku'], undefined],
    ['name', [], undefined],
  ])('to %s among %j is %s', (name, known, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });
});
