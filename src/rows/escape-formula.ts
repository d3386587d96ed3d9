import type { JsonValue } from './row.js';

/** What begins a formula, also in its wide forms, and blanks that a spreadsheet takes away before it looks (OWASP, "CSV Injection"). */
const MAY_BE_FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** `-3`, `+1.5e3`, `-1.000,50`, `-5%`: nothing in it can be run. */
const NUMBER = /^[+-]?\d[\d.,]*(e[+-]?\d+)?%?$/i;

/**
 * A text that a spreadsheet would run gets a `'` before it, with which the spreadsheet shows it as text. Numbers and
 * all other values are as they were.
 */
export function escapeFormula(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'string' && MAY_BE_FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
}
