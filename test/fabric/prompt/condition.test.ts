import { describe, expect, it } from 'vitest';
import { compileCondition } from '../../../src/fabric/prompt/condition.js';

const ROW = {
  stars: '2',
  price: '10',
  sku: '007',
  review: 'Broken on arrival',
  note: ' ',
  'Product Name': 'Pan',
  tags: ['new', 'red'],
  size: 'XL',
  nested: { depth: 3 },
  none: null,
  yes: true,
};

describe('a condition', () => {
  it.each([
    ['stars < 3', true],
    ['stars < 2', false],
    ['stars <= 2', true],
    ['stars == 2', true],
    ['stars == "2"', true],
    ['stars != 3', true],
    // Numbers, not texts, in which 10 comes before 9
    ['price > 9', true],
    ['price > stars', true],
    ['sku == 7', true],
    ['sku == "7"', false],
    ['sku == "007"', true],
    ['review < 3', false],
    ['review > 3', false],
    ['3 > stars', true],
    ['"2" == stars', true],
    ['review contains "arrival"', true],
    ['review contains "Arrival"', false],
    ['review.size > 10', true],
    ['note == blank', true],
    ['note != blank', false],
    ['review != blank and stars < 3', true],
    ['stars > 3 or price == 10', true],
    ['none == nil', true],
    ['none == blank', true],
    ['yes', true],
    ['not yes', false],
    ['row["Product Name"] == "Pan"', true],
    ['tags contains "red"', true],
    ['tags[0] == "new"', true],
    ['size == "XL"', true],
    ['nested.depth >= 3', true],
  ])('%s', (text, holds) => {
    expect(compileCondition(text).holdsFor(ROW)).toBe(holds);
  });

  it('names the columns that it uses', () => {
    const names = compileCondition('stars < 3 and row["Product Name"] != blank').columns.map(
      ({ name }) => name,
    );

    expect(names).toEqual(['stars', 'Product Name']);
  });

  it.each([
    ['', 'it is empty'],
    ['stars = 3', 'equal is =='],
    ['stars < 3 && price > 2', 'write and, or'],
    ['(stars < 3)', 'no parentheses'],
    ['stars <', 'its end is missing'],
    ['stars < 3 price', '"price" cannot be read'],
    ['stars < 3 %}{% if true', 'without tags'],
    ['stars < 3 | plus: 1', '"| plus: 1" cannot be read'],
    ['and stars', '"and stars" cannot be read'],
  ])('refuses %j: %s', (text, message) => {
    expect(() => compileCondition(text)).toThrow(message);
  });
});
