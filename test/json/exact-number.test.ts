import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals } from '../../src/json/compare-decimals.js';
import { ExactNumber } from '../../src/json/exact-number.js';
import { withoutExactNumbers, withPlainNumbers } from '../../src/json/plain-numbers.js';

describe('comparing by what digits say', () => {
  it('agrees with JavaScript where its numbers hold them', () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(Math.sign(compareDecimals(String(a), String(b)))).toBe(
          Math.sign(a - b) || Number(a > b) - Number(a < b),
        );
      }),
    );
  });

  it.each([
    ['9007199254740992', '9007199254740993', -1],
    ['1e400', '1e401', -1],
    ['-1e400', '1e-400', -1],
    ['1.10', '1.1', 0],
    ['100', '1e2', 0],
    ['-0', '0.000', 0],
    ['0.00012', '1.2E-4', 0],
    ['-2.5', '-2.49', -1],
  ])('%s with %s is %d', (a, b, expected) => {
    expect(Math.sign(compareDecimals(a, b))).toBe(expected);
    expect(Math.sign(compareDecimals(b, a))).toBe(expected === 0 ? 0 : -expected);
  });
});

describe('an exact number among others', () => {
  const price = new ExactNumber('1.10');

  it('counts and compares as a number', () => {
    expect(Number(price) * 2).toBe(2.2);
    expect(price.equals(1.1)).toBe(true);
    expect(price.gt(1)).toBe(true);
    expect(price.lt('2')).toBe(true);
    expect(price.leq(1.1)).toBe(true);
    expect(price.geq(1.2)).toBe(false);
  });

  it('is equal to no text, and to nothing that is no number', () => {
    expect([price.equals('1.10'), price.equals(null), price.equals(undefined), price.gt(null)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('tells long ids apart', () => {
    expect(new ExactNumber('9007199254740993').equals(new ExactNumber('9007199254740992'))).toBe(false);
  });
});

describe('JavaScript numbers in their place', () => {
  it('are the nearest finite ones for code that reckons', () => {
    const value = { a: [new ExactNumber('1.0')], b: new ExactNumber('-1e400'), c: 'x' };

    expect(withPlainNumbers(value)).toEqual({ a: [1], b: -Number.MAX_VALUE, c: 'x' });
  });

  it('are texts where none is equal, for programs', () => {
    const value = [new ExactNumber('1.10'), new ExactNumber('9007199254740993'), new ExactNumber('1e400')];

    expect(withoutExactNumbers(value)).toEqual([1.1, '9007199254740993', '1e400']);
  });

  it('leave a value without exact numbers as it is', () => {
    const value = { a: [1, { b: null }], c: 'x' };

    expect(withPlainNumbers(value)).toBe(value);
  });
});
