import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainTemplate } from '../../../src/fabric/prompt/plain-template.js';
import type { JsonObject } from '../../../src/rows/row.js';
import { runs } from '../../support/runs.js';
import { rendered } from './prompts.js';

describe('the short way for plain templates', () => {
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'grapheme' }));
  const name = fc.constantFrom('a', 'b_2', 'Name', 'size', 'constructor', '__proto__', 'forloop', 'missing');
  const output = fc
    .tuple(fc.constantFrom('', ' ', '\n', '\t '), name, fc.constantFrom('', ' ', '\r\n'))
    .map(([before, column, after]) => `{{${before}${column}${after}}}`);
  const text = fc.oneof(fc.string(), fc.constantFrom('\n', ' - ', '{', '}', '$&', '%', '{ x }', '|'));
  const template = fc.array(fc.oneof(output, text), { maxLength: 8 }).map((parts) => parts.join(''));
  const inputs = fc.dictionary(name, value).map((row) => row as JsonObject);

  it('gives the same text as Liquid', () => {
    let plain = 0;

    fc.assert(
      fc.property(template, inputs, (text, row) => {
        const short = plainTemplate(text);
        if (short === undefined) return;
        plain += 1;
        // A tag that does nothing makes it one for Liquid.
        const liquid = rendered(`${text} {% if false %}{% endif %}`, row);

        expect(`${short(row)} `).toBe(liquid);
      }),
      { numRuns: runs(250) },
    );
    expect(plain).toBeGreaterThan(200);
  });

  it.each([
    '{{ a | upcase }}',
    '{{- a }}',
    '{% if a %}{% endif %}',
    '{{ a.b }}',
    '{{ a b }}',
    '{{ true }}',
    '{{ row }}',
    '{{ a',
    '{{ "a" }}',
    '{{ 1 }}',
    '{{}}',
  ])('is not taken for %s', (template) => {
    expect(plainTemplate(template)).toBeUndefined();
  });
});
