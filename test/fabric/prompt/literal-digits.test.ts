import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/json/parse-json.js';
import type { JsonObject } from '../../../src/rows/row.js';
import { rendered } from './prompts.js';

const ROW = parseJson('{"id":9007199254740992,"next":9007199254740993,"half":0.5}') as JsonObject;

describe('a number in a template', () => {
  it.each([
    ['{% if id == 9007199254740993 %}same{% else %}other{% endif %}', 'other'],
    ['{% if next == 9007199254740993 %}same{% else %}other{% endif %}', 'same'],
    ['{% if id < 9007199254740993 and next > 9007199254740992 %}in order{% endif %}', 'in order'],
    ['{% unless next == 9007199254740992 %}other{% endunless %}', 'other'],
    ['{% case next %}{% when 9007199254740992 %}one{% when 9007199254740993 %}two{% endcase %}', 'two'],
    ['{{ 9007199254740993 }} {{ 0.12345678901234567890 }}', '9007199254740993 0.12345678901234567890'],
    ['{% assign wanted = 9007199254740993 %}{% if next == wanted %}same{% endif %}', 'same'],
    ['{% if half == 0.50 %}{{ half | times: 2.0 }}{% endif %}', '1'],
    ['{% for n in (1..3) %}{{ n }}{% endfor %}', '123'],
  ])('keeps its digits: %s', (template, text) => {
    expect(rendered(template, ROW)).toBe(text);
  });

  it('of an included file keeps its digits too', () => {
    const partials = { 'which.liquid': '{% if id == 9007199254740993 %}same{% else %}other{% endif %}' };

    expect(rendered("{% include 'which' %}", ROW, partials)).toBe('other');
  });
});
