import { describe, expect, it } from 'vitest';
import { escapeFormula } from '../../src/rows/escape-formula.js';

describe('a text that a spreadsheet would run', () => {
  it.each([
    '=1+1',
    "=cmd|' /C calc'!A0",
    '+SUM(A1:A9)',
    '+49 171 5550',
    '-2+3',
    '-3 degrees',
    '- a list',
    '--3',
    '-',
    '@SUM(1)',
    '\t=1+1',
    '\r=1+1',
    '\n=1+1',
    '＝1+1',
    '=5',
  ])('gets an apostrophe: %j', (text) => {
    expect(escapeFormula(text)).toBe(`'${text}`);
  });

  it.each([
    '',
    'a=b',
    "'=1",
    '-3',
    '+1.5',
    '-1.000,50',
    '-1e-9',
    '-5%',
    -3,
    true,
    null,
    undefined,
    { a: '=1' },
    ['=1'],
  ])('is not %j', (value) => {
    expect(escapeFormula(value)).toBe(value);
  });
});
