import { describe, expect, it } from 'vitest';
import { compilePrompt, unknownColumns } from '../../../src/fabric/prompt/compile-prompt.js';
import { columnsOf } from './prompts.js';

describe('the columns of a template', () => {
  it.each([
    ['{{ a }} {{ b.c.d }} {{ a }}', ['a', 'b']],
    [
      '{{ row["Product Name"] }} {{ ["Other Name"] }} {{ row.c }}',
      ['row.Product Name', 'row.c', 'Other Name'],
    ],
    ['{{ a | append: b | default: c, allow_false: d }}', ['a', 'b', 'c', 'd']],
    [
      '{% if a == b and c contains "x" %}{{ d }}{% elsif e %}{% else %}{{ f }}{% endif %}',
      ['a', 'b', 'c', 'e', 'd', 'f'],
    ],
    ['{% unless a %}{{ b }}{% endunless %}', ['a', 'b']],
    ['{% case a %}{% when b, "x" %}{{ c }}{% else %}{{ d }}{% endcase %}', ['a', 'b', 'c', 'd']],
    [
      '{% for i in a limit: b %}{{ i.name }}{{ forloop.index }}{{ c }}{% else %}{{ d }}{% endfor %}',
      ['a', 'b', 'c', 'd'],
    ],
    ['{% for i in a %}{% endfor %}{{ i }}', ['a', 'i']],
    ['{% for i in a limit: 2 offset: continue %}{% endfor %}', ['a']],
    ['{% for i in (1..a) %}{% endfor %}', ['a']],
    ['{% assign x = a | upcase %}{{ x }}{% assign b = b | strip %}', ['a', 'b']],
    ['{% capture x %}{{ a }}{% endcapture %}{{ x }}{% increment n %}{{ n }}', ['a']],
    ['{{ a[b] }}{{ row[c] }}{{ a[0].d }}', ['a', 'b', 'c']],
    ['{% liquid\n assign x = a\n echo x\n echo b %}', ['a', 'b']],
    [
      '{% cycle a: b, c %}{% echo d %}{% tablerow i in e %}{{ i }}{% endtablerow %}',
      ['b', 'c', 'a', 'd', 'e'],
    ],
    ['{% raw %}{{ a }}{% endraw %}{% comment %}{{ b }}{% endcomment %}{% # {{ c }} %}', []],
    ['{{ a.size }} {{ row.size }} {{ row }} {% for pair in row %}{{ pair }}{% endfor %}', ['a']],
    ['{{ "text" }}{{ 1 }}{{ true }}{{ blank }}{{ nil }}', []],
  ])('%s', (template, columns) => {
    expect(columnsOf(template).sort()).toEqual([...columns].sort());
  });

  it('are also those of the files that it includes, but for what they are given', () => {
    const partials = {
      'a.liquid': "{{ given }} {{ a }} {% include 'b' %}",
      'b.liquid': '{% assign made = b %}{{ made }}',
      'card.liquid': '{{ product.name }}{{ c }}',
    };

    const columns = columnsOf(
      "{% render 'a', given: x %}{{ made }}{% render 'card' with y as product %}{% render 'card' for z as product %}",
      partials,
    );

    expect(columns.sort()).toEqual(['a', 'b', 'c', 'made', 'x', 'y', 'z']);
  });

  it('are looked for in a file each time that it is included', () => {
    const columns = columnsOf("{% render 'a', given: x %}{% render 'a' %}", { 'a.liquid': '{{ given }}' });

    expect(columns.sort()).toEqual(['given', 'x']);
  });

  it('are told with their place', () => {
    const compiled = compilePrompt({
      system: 'a\n{{ s }}',
      prompt: "\n\n{{ p }} {% render 'parts/t' %}",
      partials: { 'parts/t.liquid': 'x\n{% if t %}{% endif %}' },
    });

    expect(compiled.columns.map(({ name, text, line }) => `${name}: ${text}, line ${line}`)).toEqual([
      's: system, line 2',
      'p: prompt, line 3',
      't: parts/t.liquid, line 2',
    ]);
  });
});

describe('unknown columns', () => {
  const unknown = (template: string, columns: string[]) =>
    unknownColumns(compilePrompt({ prompt: template, partials: {} }), columns);

  it('are told once each, with their place', () => {
    const found = unknown('{{ nmae }}{{ nmae }}\n{{ row["Product name"] }}{{ x }}{{ price }}', [
      'name',
      'product_name',
      'price',
    ]);

    expect(found).toEqual([
      { name: 'nmae', text: 'prompt', line: 1 },
      { name: 'Product name', text: 'prompt', line: 2 },
      { name: 'x', text: 'prompt', line: 2 },
    ]);
  });

  it('are none where all are there', () => {
    expect(
      unknown('{{ name }}{{ row["Product Name"] }}{{ ["Product Name"] }}', ['name', 'Product Name']),
    ).toEqual([]);
  });

  it('are not looked for in a column that is itself named row', () => {
    expect(unknown('{{ row.x }}{{ row }}', ['row'])).toEqual([]);
    expect(unknown('{{ row.x }}', ['name'])).toMatchObject([{ name: 'x' }]);
  });

  it('are told by their case too', () => {
    expect(unknown('{{ Name }}', ['name'])).toMatchObject([{ name: 'Name' }]);
  });
});
