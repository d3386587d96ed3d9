import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import { compilePrompt, TemplateError } from '../../../src/fabric/prompt/compile-prompt.js';
import type { JsonObject } from '../../../src/rows/row.js';
import { rendered } from './prompts.js';

const ROW: JsonObject = {
  name: 'Pan',
  html: '<b>"&\'</b>',
  tags: ['a', 'b'],
  order: { lines: [{ sku: '00101' }] },
  count: 5,
  price: 39.9,
  open: false,
  nothing: null,
  'Product Name': 'Pan 26',
};

describe('a value in a prompt', () => {
  it.each([
    ['{{ name }}', 'Pan'],
    ['{{ html }}', '<b>"&\'</b>'],
    ['{{ tags }}', '["a","b"]'],
    ['{{ order }}', '{"lines":[{"sku":"00101"}]}'],
    ['{{ count }} {{ price }} {{ open }}', '5 39.9 false'],
    ['[{{ nothing }}{{ missing }}{{ missing.deep }}]', '[]'],
    ['{% if count > 1 %}{{ order.lines }}{% endif %}', '[{"sku":"00101"}]'],
    ['{% capture c %}{{ order }}{% endcapture %}{{ c }}', '{"lines":[{"sku":"00101"}]}'],
    ['{% echo order %}{% cycle tags, order %}', '{"lines":[{"sku":"00101"}]}["a","b"]'],
    ['{{ order | raw }}', '{"lines":[{"sku":"00101"}]}'],
    ['{{ order | upcase }}', '{"LINES":[{"SKU":"00101"}]}'],
    ['{{ tags | append: "!" }}', '["a","b"]!'],
    ['{{ order.lines | join: "; " }}', '{"sku":"00101"}'],
    ['{{ tags | join: ", " }}', 'a, b'],
    ['{{ order | json }}', '{"lines":[{"sku":"00101"}]}'],
    ['{{ blank }}{{ nil }}{{ empty }}', ''],
    ['{{ row["Product Name"] }}, {{ ["Product Name"] }}', 'Pan 26, Pan 26'],
    ['{% assign key = "name" %}{{ row[key] }}{{ row[missing] }}', 'Pan'],
  ])('%s gives %s', (template, text) => {
    expect(rendered(template, ROW)).toBe(text);
  });

  it('is never cut or escaped, however long', () => {
    const long = '<&"\u{1f63b}\r\n\t'.repeat(100_000);

    const plain = rendered('{{ a }}', { a: long });
    const full = rendered('{% if a %}{{ a }}{% endif %}', { a: long });

    expect(plain).toBe(long);
    expect(full).toBe(long);
  });

  it('of a column named row is its own', () => {
    const inputs = { row: { x: 1 }, name: 'Pan' };

    expect(rendered('{{ row.x }}{{ row.name }}{% if row %}{{ row }}{% endif %}', inputs)).toBe('1{"x":1}');
  });

  it('named size is empty where a row has none', () => {
    expect(rendered('[{{ size }}][{% if true %}{{ size }}{% endif %}]', { name: 'Pan' })).toBe('[][]');
    expect(rendered('{{ size }}{% if true %}{{ size }}{% endif %}', { size: 'L' })).toBe('LL');
  });

  it('that is a date reads the same in every time zone', () => {
    const format = '| date: "%-d %B %Y, %H:%M"';

    const texts = [
      '"2026-03-02"',
      '"2026-03-02 10:30"',
      '"2026-03-02T10:30:00Z"',
      '"2026-03-02T10:30:00+05:00"',
    ];
    const read = texts.map((text) => rendered(`{{ ${text} ${format} }}`));

    expect(read).toEqual(['2 March 2026, 00:00', ...Array(3).fill('2 March 2026, 10:30')]);
    expect(rendered(`{{ 1760000000 ${format} }}`)).toBe('9 October 2025, 08:53');
  });
});

describe('a prompt', () => {
  it('has a system text where the fabric has one', () => {
    const compiled = compilePrompt({ system: 'For {{ name }}', prompt: '{{ count }}', partials: {} });

    expect(compiled.render(ROW)).toEqual({ system: 'For Pan', prompt: '5' });
    expect(compilePrompt({ prompt: 'x', partials: {} }).render(ROW)).toEqual({ prompt: 'x' });
  });

  it('includes files, which see the row and what they are given', () => {
    const partials = {
      'tone.liquid': '[{{ name }} {{ row["Product Name"] }} {{ x }}]',
      'parts/a.liquid': "{% render 'tone', x: 2 %}",
    };

    const text = rendered(
      "{% render 'tone', x: 1 %}{% include 'parts/a' %}{% render 'tone.liquid' %}",
      ROW,
      partials,
    );

    expect(text).toBe('[Pan Pan 26 1][Pan Pan 26 2][Pan Pan 26 ]');
  });

  it('leaves the row as it was', () => {
    const inputs = structuredClone(ROW);

    const text = rendered(
      '{% increment count %}{% assign name = 1 %}{{ tags | push: 3 | sort | reverse }}',
      inputs,
    );

    expect(text).toBe('0[3,"b","a"]');
    expect(inputs).toEqual(ROW);
  });

  it('renders a row as if there had been none before it', () => {
    const compiled = compilePrompt({
      prompt: '{% increment i %}{% cycle "a", "b" %}{{ kept }}{% assign kept = name %}',
      partials: {},
    });

    const texts = [ROW, ROW].map((row) => compiled.render(row).prompt);

    expect(texts).toEqual(['0a', '0a']);
  });
});

describe('a text that does not look at the row', () => {
  it('is the same for all rows', () => {
    const compiled = compilePrompt({
      system: "{% render 'tone' %}{% increment i %}",
      prompt: '{{ name }}',
      partials: { 'tone.liquid': '{% assign a = "b" %}{{ a }}' },
    });

    const texts = ['x', 'y'].map((name) => compiled.render({ name }));

    expect(texts).toEqual([
      { system: 'b0', prompt: 'x' },
      { system: 'b0', prompt: 'y' },
    ]);
  });

  it.each(['{{ "now" | date: "%s.%L" }}', "{% render 'clock' %}"])('but for the time: %s', (template) => {
    const compiled = compilePrompt({
      prompt: template,
      partials: { 'clock.liquid': '{{ "now"\n|\ndate: "%s.%L" }}' },
    });

    const first = compiled.render({}).prompt;
    const started = Date.now();
    while (Date.now() === started);
    const second = compiled.render({}).prompt;

    expect(second).not.toBe(first);
  });

  it.each([
    '{{ row }}',
    '{{ row[key] }}',
    '{% for pair in row %}{{ pair[1] }}{% endfor %}',
    "{% render 'a' %}",
  ])('is not one that looks at it through row, or in an included file: %s', (template) => {
    const compiled = compilePrompt({
      prompt: `{% assign key = "name" %}${template}`,
      partials: { 'a.liquid': '{{ name }}' },
    });

    const texts = ['x', 'y'].map((name) => compiled.render({ name }).prompt);

    expect(texts[0]).toContain('x');
    expect(texts[1]).toContain('y');
  });
});

describe('template code reaches nothing but the row', () => {
  it.each([
    '{{ name.constructor }}{{ name.constructor.name }}{{ name.__proto__ }}',
    '{{ constructor }}{{ __proto__ }}{{ toString }}{{ hasOwnProperty }}',
    '{{ row.constructor }}{{ row["__proto__"] }}{{ row.toString }}',
    '{{ order.constructor }}{{ tags.constructor }}{{ tags.map }}{{ count.toFixed }}',
    '{% if name %}{{ name["constructor"] }}{% endif %}',
    '{% assign key = "constructor" %}{{ row[key] }}{{ name[key] }}',
    '{{ process }}{{ global }}{{ globalThis }}{{ require }}{{ this }}{{ self }}',
    '{% for pair in nothing.constructor %}x{% endfor %}',
    '{{ tags | map: "constructor" | join: "" }}{{ order.lines | where: "constructor" | join }}',
    '{{ tags | sort: "__proto__" | first | slice: 5 }}',
  ])('%s gives nothing', (template) => {
    expect(rendered(template, ROW)).toBe('');
  });

  it('and a row may have columns of such names', () => {
    const inputs = JSON.parse('{"__proto__":"p","constructor":"c","toString":"t"}') as JsonObject;

    expect(rendered('{{ __proto__ }}{{ constructor }}{{ toString }}', inputs)).toBe('pct');
    expect(
      rendered('{% if true %}{{ __proto__ }}{{ constructor }}{{ row.toString }}{% endif %}', inputs),
    ).toBe('pct');
  });

  it.each([
    "{% render '../x' %}",
    "{% include '/etc/hostname' %}",
    '{% render name %}',
    "{% include 'a{{ name }}' %}",
  ])('nor any file that was not handed in: %s', (template) => {
    expect(() => rendered(template, { name: 'x' }, { 'x.liquid': 'secret' })).toThrow(TemplateError);
  });

  it('nor a file by the name of what every object has', () => {
    expect(() => rendered("{% render 'constructor' %}", {})).toThrow(
      'prompt, line 1: the included file "constructor" is not there',
    );
  });
});

describe('a template that fails for a row', () => {
  it.each([
    ['{{ name | append }}', 'prompt, line 1: append expect 2 arguments'],
    ['\n{{ name | base64_decode }}', 'prompt, line 2: invalid base64 provided to base64_decode'],
    ['{% render "x" %}', 'x.liquid, line 2: append expect 2 arguments'],
  ])('fails that row alone, in one line: %j', (template, wanted) => {
    const compiled = compilePrompt({ prompt: template, partials: { 'x.liquid': '\n{{ name | append }}' } });

    const failure = failureOf(() => compiled.render({ name: 'P$n' }));

    expect(failure.kind).toBe('bad-request');
    expect(failure.message).toBe(`the template fails: ${wanted}`);
  });

  it.each([
    '{% for i in (1..900000000) %}{{ i }}{% endfor %}',
    '{% for i in (1..100000) %}{% for j in (1..100000) %}{{ name }}{% endfor %}{% endfor %}',
    '{% for i in (1..100000) %}{% for j in (1..100000) %}{% endfor %}{% endfor %}',
    '{% assign x = name %}{% for i in (1..100) %}{% assign x = x | append: x %}{% endfor %}{{ x }}',
  ])('is stopped where it would never end: %s', (template) => {
    const failure = failureOf(() => rendered(template, ROW));

    expect(failure.kind).toBe('bad-request');
    expect(failure.message).toMatch(
      /^the template fails: prompt, line 1: it never ends, or makes too much: .*limit/,
    );
  });
});

function failureOf(run: () => unknown): CallError {
  try {
    run();
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
  throw new Error('wanted a failure');
}
