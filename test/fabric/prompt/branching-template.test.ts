import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import { branchingTemplate } from '../../../src/fabric/prompt/branching-template.js';
import { promptEngine } from '../../../src/fabric/prompt/prompt-engine.js';
import type { JsonObject } from '../../../src/rows/row.js';
import { runs } from '../../support/runs.js';
import { rendered } from './prompts.js';

describe('the short way for templates with conditions and filters', () => {
  const name = fc.constantFrom('a', 'b_2', 'size', 'first', 'row', 'missing', 'constructor');
  const value = fc.oneof(
    fc.constantFrom('', ' ', 'a', 'b', '0', 0, 1, 2.5, true, false, null),
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'grapheme' }),
  );
  const inputs = fc.dictionary(fc.oneof(name, fc.constantFrom('Product Name', 'x')), value);
  const operand = fc.oneof(
    { weight: 3, arbitrary: name },
    fc.constantFrom('a.x', 'a.size', 'b_2[0]', 'row["Product Name"]', '["Product Name"]', 'a.first.x'),
    fc.constantFrom('"a"', "'0'", '1', '2.5', 'true', 'false', 'nil', 'blank', 'empty', '(1..3)', 'row[a]'),
  );
  const filter = fc.constantFrom(
    ...['strip', 'upcase', 'capitalize', 'append: "!"', 'append: a', 'prepend: b_2', 'default: "none"'],
    ...['default: a, allow_false: true', 'join: ", "', 'split: "a"', 'size', 'first', 'plus: 1', 'json'],
    ...[
      'truncate: 3',
      'replace: "a", b_2',
      'raw',
      'sort',
      'map: "x"',
      'where: "x", 1',
      'url_decode',
      'date: "%Y"',
    ],
  );
  const filters = fc
    .array(filter, { maxLength: 2 })
    .map((names) => names.map((each) => ` | ${each}`).join(''));
  const operator = fc.constantFrom('==', '!=', '>', '<', '>=', '<=', 'contains', 'and', 'or');
  const condition = fc.oneof(
    operand,
    fc.tuple(operand, operator, operand).map((words) => words.join(' ')),
    fc.tuple(operand, operator, operand, operator, operand).map((words) => words.join(' ')),
    fc.tuple(operand, operator, operand).map((words) => `not ${words.join(' ')}`),
    fc.tuple(operand, filters).map((words) => words.join('')),
  );
  const dash = fc.constantFrom('', '-');
  const { template } = fc.letrec<{ template: string; part: string }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 2 },
      fc.constantFrom('text', ' \n', '  ', '{% comment %}{{ a }}{% endcomment %}', '{% # remark %}'),
      fc.tuple(dash, operand, filters, dash).map(([l, o, f, r]) => `{{${l} ${o}${f} ${r}}}`),
      fc
        .tuple(fc.constantFrom('if', 'unless'), dash, condition, tie('template'), condition, tie('template'))
        .map(([tag, d, c, then, c2, other]) =>
          [`{%${d} ${tag} ${c} %}`, then, `{% elsif ${c2} ${d}%}`, other, `{% else %}-{% end${tag} %}`].join(
            '',
          ),
        ),
    ),
    template: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
  }));

  it('gives the same text as LiquidJS, or fails alike', () => {
    let short = 0;

    fc.assert(
      fc.property(template, inputs, (text, row) => {
        if (isTaken(text)) short++;

        // LiquidJS renders what assigns.
        const inFull = outcome(`${text}{% assign other = 1 %}`, row as JsonObject);

        expect(outcome(text, row as JsonObject)).toBe(inFull);
      }),
      { numRuns: runs(400) },
    );
    expect(short).toBeGreaterThan(runs(150));
  });

  it.each([
    '{% for x in a %}{{ x }}{% endfor %}',
    '{% if a %}{% assign b = 1 %}{% endif %}',
    '{% case a %}{% when 1 %}{% endcase %}',
    '{{ (1..3) }}',
    '{{ row[a] }}',
    '{{ a b }}',
  ])('is not taken for %s', (template) => {
    expect(isTaken(template)).toBe(false);
  });
});

function isTaken(template: string): boolean {
  return branchingTemplate(promptEngine({ partials: {} }).parse(template)) !== undefined;
}

/** A template's text for one row, or what is wrong with it. */
function outcome(template: string, inputs: JsonObject): string {
  try {
    return `text ${rendered(template, inputs)}`;
  } catch (error) {
    if (error instanceof CallError) return `error ${error.message}`;
    throw error;
  }
}
