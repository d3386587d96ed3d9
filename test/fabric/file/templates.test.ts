import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFabricFile } from '../../../src/fabric/file/read-fabric-file.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { defined, fabricFolder, refusal, refusalIn } from './fabric-folder.js';

/** A prompt that includes a file, in line 3. */
const including = (name: string) =>
  `provider: openai\nmodel: m\nprompt: ${JSON.stringify(`{% render '${name}' %}`)}\n`;

describe('the line of what is wrong with a template', () => {
  it.each([
    ['a block of lines', 'prompt: |\n  one\n\n  {{ a | nope }}', 6],
    [
      'a block with a comment and an indent of its own',
      'prompt: |2-   # text\n     one\n  {{ a | nope }}',
      5,
    ],
    ['a block that begins with empty lines', 'prompt: |\n\n\n  {{ a | nope }}', 6],
    ['folded lines', 'prompt: >\n  one\n  two\n\n  {{ a | nope }}', 7],
    ['a text in quotes', 'prompt: "one\n  two {{ a | nope }}"', 4],
    ['a plain text', 'prompt: one\n  two\n  {{ a | nope }}', 5],
    ['an aliased text', 'name: a\nprompt: &p "{{ a | nope }}"', 4],
  ])('is found in %s', async (_what, yaml, line) => {
    const lines = await refusal(`provider: openai\nmodel: m\n${yaml}\n`);

    expect(lines).toEqual([`x.yaml:${line}: prompt: unknown filter "nope"`]);
  });

  it('is the line of the included file where it is in there', async () => {
    const lines = await refusal(including('a'), {
      'a.liquid': "one\n{% render 'parts/b' %}",
      'parts/b.liquid': '\n\n{{ a | nope }}',
    });

    expect(lines).toEqual(['parts/b.liquid:3: unknown filter "nope"']);
  });
});

describe('a template is refused', () => {
  it.each([
    ['{% fro a in b %}{% endfor %}', 'unknown tag "fro", perhaps "for"'],
    ['{% if a %}', 'tag {% if a %} not closed'],
    ['{{ a', 'output "{{ a\\n" not closed'],
    ['{% for a %}{% endfor %}', 'illegal tag: {% for a %}'],
    [
      '{{ product name }}',
      'wanted one value, got several; a column with a space in its name is row["its name"]',
    ],
    [
      '{% if a %}{% elsif b c %}{% endif %}',
      'wanted one value, got several; a column with a space in its name is row["its name"]',
    ],
    ["{% layout 'a' %}", 'unknown tag "layout"'],
    ['{% block a %}{% endblock %}', 'unknown tag "block"'],
    ['{{ a | where_exp: "x", "x.y" }}', 'unknown filter "where_exp"'],
    ['{{ a | constructor }}', 'unknown filter "constructor"'],
    ['{{ a | sample }}', 'unknown filter "sample"'],
  ])('with %s', async (template, wanted) => {
    const lines = await refusal(`provider: openai\nmodel: m\nprompt: |\n  ${template}\n`);

    expect(lines).toEqual([`x.yaml:4: prompt: ${wanted}`]);
  });

  it.each(['not a', 'a and b or c', 'a contains "x"', 'a == b | upcase', '(1..3) contains a'])(
    'but not with operators: %s',
    async (condition) => {
      const definition = await defined(
        `provider: openai\nmodel: m\nprompt: |\n  {% if ${condition} %}x{% endif %}\n`,
      );

      expect(definition.provider).toBe('openai');
    },
  );
});

describe('an included file', () => {
  it('is read with all that it includes, once each', async () => {
    const definition = await defined(
      "provider: openai\nmodel: m\nsystem: \"{% include 'tone.liquid' %}\"\nprompt: \"{% render 'tone' %}{% render 'parts/a' %}\"\n",
      {
        'tone.liquid': 'kind\r\n',
        'parts/a.liquid': "{% render 'b' %}{% render 'tone' %}",
        'b.liquid': '{{ b }}',
        'c.liquid': 'not wanted',
      },
    );

    expect(definition).toMatchObject({
      partials: {
        'tone.liquid': 'kind\n',
        'parts/a.liquid': "{% render 'b' %}{% render 'tone' %}",
        'b.liquid': '{{ b }}',
      },
    });
    expect(Object.keys('partials' in definition ? definition.partials : {})).toHaveLength(3);
  });

  it('that is missing is named with the line that asks for it', async () => {
    const lines = await refusal(including('tone'));

    expect(lines).toEqual(['x.yaml:3: prompt: the included file "tone.liquid": there is no such file']);
  });

  it('that is missing in an included file too', async () => {
    const lines = await refusal(including('a'), { 'a.liquid': "\n{% include 'b' %}" });

    expect(lines).toEqual(['a.liquid:2: the included file "b.liquid": there is no such file']);
  });

  it.each(['../secret', '/etc/hostname', 'a/../../secret', './tone', 'a//b', '', 'C:/x', 'a\\b', '.liquid'])(
    'is not looked for outside the folder: %s',
    async (name) => {
      const folder = await temporaryFolder();
      await mkdir(join(folder, 'fabrics'));
      await writeFile(join(folder, 'secret.liquid'), 'secret');
      await writeFile(
        join(folder, 'fabrics', 'x.yaml'),
        `provider: openai\nmodel: m\nprompt: |\n  {% render '${name}' %}\n`,
      );

      const lines = await refusalIn(join(folder, 'fabrics'));

      expect(lines).toEqual([expect.stringMatching(/^x\.yaml:4: prompt: render: wanted a /)]);
    },
  );

  it('is always a .liquid file', async () => {
    const lines = await refusal(including('notes.txt'), { 'notes.txt': 'x' });

    expect(lines).toEqual(['x.yaml:3: prompt: the included file "notes.txt.liquid": there is no such file']);
  });

  it.each(['name', '"a{{ name }}"', 'none', '"{% if a %}b{% endif %}"'])(
    'has no name that is made while it renders: %s',
    async (name) => {
      const lines = await refusal(`provider: openai\nmodel: m\nprompt: |\n  {% include ${name} %}\n`);

      expect(lines).toEqual([
        "x.yaml:4: prompt: include: wanted a file's name in quotes, such as {% include 'tone' %}",
      ]);
    },
  );

  it('is not reached through a link out of the folder', async () => {
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'secret.liquid'), 'secret');
    const folder = await fabricFolder(
      "provider: openai\nmodel: m\nprompt: |\n  {% render 'link' %}\n  {% render 'folder/secret' %}\n",
    );
    await symlink(join(outside, 'secret.liquid'), join(folder, 'link.liquid'));
    await symlink(outside, join(folder, 'folder'));

    const lines = await refusalIn(folder);

    expect(lines).toEqual([
      'x.yaml:4: prompt: the included file "link.liquid": it leads out of the fabric file\'s folder',
      'x.yaml:5: prompt: the included file "folder/secret.liquid": it leads out of the fabric file\'s folder',
    ]);
  });

  it('is not reached through a link to another kind of file', async () => {
    const folder = await fabricFolder(including('a'), { '.env': 'KEY=secret' });
    await symlink(join(folder, '.env'), join(folder, 'a.liquid'));

    const lines = await refusalIn(folder);

    expect(lines).toEqual([
      'x.yaml:3: prompt: the included file "a.liquid": it leads to what is no .liquid file',
    ]);
  });

  it('may be reached through a link in the folder', async () => {
    const folder = await fabricFolder(including('a'), { 'b.liquid': 'kind' });
    await symlink(join(folder, 'b.liquid'), join(folder, 'a.liquid'));

    const definition = await readFabricFile(join(folder, 'x.yaml'));

    expect(definition).toMatchObject({ partials: { 'a.liquid': 'kind' } });
  });

  it('does not include itself, at once or through others', async () => {
    const lines = await refusal(including('a'), {
      'a.liquid': "{% render 'b' %}\n{% render 'a' %}",
      'b.liquid': "\n\n{% include 'a' %}",
    });

    expect(lines).toEqual([
      'b.liquid:3: it includes itself: a.liquid → b.liquid → a.liquid',
      'a.liquid:2: it includes itself: a.liquid → a.liquid',
    ]);
  });

  it('is one of a hundred at most', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `p${index}`);
    const prompt = names.map((name) => `{% render '${name}' %}`).join('');

    const lines = await refusal(
      `provider: openai\nmodel: m\nprompt: ${JSON.stringify(prompt)}\n`,
      Object.fromEntries(names.map((name) => [`${name}.liquid`, name])),
    );

    expect(lines).toEqual(['x.yaml:3: prompt: wanted at most 100 included files']);
  });
});
