/** A decimal number: 0.`digits` times ten to the `exponent`; no digits are zero. */
interface Decimal {
  readonly sign: 1 | -1;
  readonly digits: string;
  readonly exponent: number;
}

/**
 * Compares two numbers in JSON's notation by value, whatever their length.
 *
 * @returns a number below 0, 0, or above 0, as for `sort`.
 * @example
 * compareDecimals('1e2', '100.0'); // 0
 */
export function compareDecimals(a: string, b: string): number {
  const one = decimalOf(a);
  const other = decimalOf(b);
  const signs = signOf(one) - signOf(other);
  if (signs !== 0) return signs;
  return one.sign === 1 ? compareSizes(one, other) : compareSizes(other, one);
}

function compareSizes(a: Decimal, b: Decimal): number {
  return a.exponent - b.exponent || compareTexts(a.digits, b.digits);
}

function decimalOf(text: string): Decimal {
  const [, minus, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const all = whole + fraction;
  const significant = all.replace(/^0+/, '');
  const digits = withoutZerosBehind(significant);
  return {
    sign: minus === '-' ? -1 : 1,
    digits,
    exponent: digits === '' ? 0 : Number(exponent) + whole.length - (all.length - significant.length),
  };
}

/** Without a regular expression, which would take quadratic time in the zeros. */
function withoutZerosBehind(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

function signOf({ sign, digits }: Decimal): number {
  return digits === '' ? 0 : sign;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
