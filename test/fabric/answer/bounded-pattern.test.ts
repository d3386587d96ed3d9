import { describe, expect, it } from 'vitest';
import { answerCheck } from '../../../src/fabric/answer/answer-schema.js';
import type { JsonObject } from '../../../src/rows/row.js';

const check = (x: JsonObject) => answerCheck({ type: 'object', properties: { x }, required: ['x'] });

describe('a pattern that would take for ever', () => {
  const endless = `${'a'.repeat(60)}!`;

  it.each(['^(a+)+$', '^(a|a)*$', '^(?:a*)*b$', '^(?=(a+)+$)'])('fails the answer instead: %s', (pattern) => {
    const problem = check({ type: 'string', pattern });

    expect(problem({ x: endless })).toContain(`the schema's pattern /${pattern}/u takes more than 250 ms`);
    expect(problem({ x: endless })).toContain('takes more than 250 ms');
  });

  it('fails it among the names of properties, too', () => {
    const problem = check({ type: 'object', patternProperties: { '^(a+)+$': { type: 'string' } } });

    expect(problem({ x: { [endless]: 'b' } })).toContain('takes more than 250 ms');
  });
});

describe('a pattern', () => {
  it.each<[string, string, boolean]>([
    ['^[A-Z]{3}-\\d+$', 'ABC-12', true],
    ['^[A-Z]{3}-\\d+$', 'ABC-', false],
    ['^(?=.*\\d)(?=.*[a-z]).+$', 'a1', true],
    ['^(?=.*\\d)(?=.*[a-z]).+$', 'aa', false],
    ['(?<!x)y$', 'ay', true],
    ['(?<!x)y$', 'xy', false],
    ['^(\\w)\\1$', 'aa', true],
    ['^(\\w)\\1$', 'ab', false],
    ['^\\p{Lu}+$', 'ÄÖÜ', true],
    ['^(?:[a-z]+,)*[a-z]+$', `${'ab,'.repeat(100)}ab`, true],
    ['^.+$', 'x'.repeat(100_000), true],
  ])('holds for what it held for: %s', (pattern, x, holds) => {
    const problem = check({ type: 'string', pattern });

    expect([problem({ x }), problem({ x })].map((said) => said === undefined)).toEqual([holds, holds]);
  });
});

describe('multipleOf', () => {
  it.each([
    [0.01, 19.99, true],
    [0.01, 1_234_567.89, true],
    [0.1, 0.3, true],
    [0.01, 19.995, false],
    [5, 7, false],
    [5, 10, true],
  ])('%d of %d: %j', (multipleOf, x, holds) => {
    expect(check({ type: 'number', multipleOf })({ x }) === undefined).toBe(holds);
  });
});
