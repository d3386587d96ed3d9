import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../support/fake-model-server.js';
import { DESCRIBE, DRAW_OUT, modelBench } from './model-bench.js';
import { rowsCsv } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];

describe('refused before anything is called or written', () => {
  it.each<[string, string, readonly string[], RegExp]>([
    ['a missing key', DESCRIBE, [], /the fabric "fabric" needs a key: set OPENAI_API_KEY/],
    ['a missing key that the file names', `${DESCRIBE}keyEnv: MY_KEY\n`, [], /needs a key: set MY_KEY/],
    [
      'a column that is not there',
      DESCRIBE.replace('{{ name }}', '{{ nmae }}'),
      [],
      /fabric\.yaml:6: prompt: "nmae" is used, but rows\.csv has no such column, perhaps "name"; there are id, name, note/,
    ],
    [
      'a column that --inputs leaves out',
      DESCRIBE,
      ['--inputs', 'id,note'],
      /"name" is used, but --inputs sends no such column/,
    ],
    [
      'a field that there is not',
      `${DESCRIBE}parameter: { temperature: 0 }\n`,
      [],
      /fabric\.yaml:7: parameter: there is no such field, perhaps "parameters"/,
    ],
    [
      'a template that cannot be parsed',
      DESCRIBE.replace('{{ name }}', '{% if name %}'),
      [],
      /fabric\.yaml:6: prompt: /,
    ],
    [
      'a schema that is none',
      DRAW_OUT.replace('title: { type: string }', 'title: { type: words }'),
      [],
      /fabric\.yaml:10: output\.properties\.title\.type: /,
    ],
    ['a name that the answers do not have', DRAW_OUT, ['--columns', 'topic'], /they have title, tags/],
    [
      'columns of texts',
      DESCRIBE,
      ['--columns'],
      /--columns: nothing says which properties the answers have/,
    ],
    ['a path where nothing is', DESCRIBE, ['--fabric', 'gone.yaml'], /gone\.yaml: there is no such file/],
  ])('%s', async (what, fabric, args, says) => {
    const bench = await modelBench({}, fabric);
    await bench.write('rows.csv', rowsCsv(3));

    const options = what.startsWith('a missing key') ? { env: { PROMPTHA_API_KEY: 'test-key' } } : {};
    const { code, stdout, stderr } = await bench.run([...OUT, ...args], options);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(bench.server.requests).toEqual([]);
    expect(await bench.list()).toEqual(['fabric.yaml', 'rows.csv']);
  });

  it('all columns that are not there at once, each with its line, also in a file that is included', async () => {
    const bench = await modelBench(
      {},
      DESCRIBE.replace('{{ name }}', "{{ nmae }}\n  {{ x }} {% render 'tone' %}"),
    );
    await bench.write('tone.liquid', '\n{{ ntoe }}');
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stderr } = await bench.run([...OUT, '--inputs', 'id,name,note']);

    expect(code).toBe(2);
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      'batchai: error: fabric.yaml:6: prompt: "nmae" is used, but --inputs sends no such column, perhaps "name"',
      'batchai: error: fabric.yaml:7: prompt: "x" is used, but --inputs sends no such column',
      'batchai: error: tone.liquid:2: "ntoe" is used, but --inputs sends no such column, perhaps "note"; there are id, name, note',
    ]);
  });

  it('everything that is wrong with a file at once, each with its line', async () => {
    const bench = await modelBench({}, `${DESCRIBE}limits: { tokens: many }\nonTruncate: cut\n`);
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stderr } = await bench.run(OUT);

    expect(code).toBe(2);
    expect(stderr.match(/fabric\.yaml:\d+: [\w.]+/g)).toEqual([
      'fabric.yaml:7: limits.tokens',
      'fabric.yaml:8: onTruncate',
    ]);
  });

  it.each(['provider: llama\nmodel: m.gguf\nprompt: "{{ name }}"\n', 'local:m.gguf'])(
    'a model in a file, where the package for it is not installed: %j',
    async (fabric) => {
      const bench = await modelBench();
      const isFile = fabric.startsWith('provider');
      await writeFile(bench.path('m.gguf'), 'GGUF\u0003\0\0\0');
      if (isFile) await bench.write('llama.yaml', fabric);
      await bench.write('rows.csv', rowsCsv(3));

      // As Node looks for packages, and not the test's own loader.
      const llama = bench.start([...OUT, '--fabric', isFile ? 'llama.yaml' : fabric]);
      const { code, stderr } = await llama.finished;

      expect(code).toBe(2);
      expect(stderr).toMatch(/needs the package node-llama-cpp.*: npm install node-llama-cpp/);
      expect(await bench.list()).not.toContain('out.csv.checkpoint');
    },
  );
});

describe('what no row is to blame for stops the run, resumable', () => {
  const QUOTA: Behaviour = {
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '1' },
    body: { error: { message: 'You exceeded your current quota.', code: 'insufficient_quota' } },
  };

  it.each([
    ['openai', { models: ['gpt-4'] }, /model "gpt-4\.1-mini" and the baseUrl in fabric\.yaml/],
    ['anthropic', { models: ['claude'] }, /check the model "gpt-4\.1-mini"/],
    ['openai', { apiKey: 'another' }, /answered 401.*\(the key in OPENAI_API_KEY is refused\)/],
    ['anthropic', { apiKey: 'another' }, /answered 401.*\(the key in ANTHROPIC_API_KEY is refused\)/],
    ['openai', { behave: () => QUOTA }, /exceeded your current quota\. \(no credit is left\)/],
  ] as const)('%s, %j', async (provider, service, says) => {
    const bench = await modelBench(service, DESCRIBE.replace('openai', provider));
    const well = await modelBench();
    await bench.write('rows.csv', rowsCsv(12));

    const stopped = await bench.run([...OUT, '-c', '3']);
    const resumed = await bench.run([...OUT, '--resume', '--base-url', well.server.url]);

    expect(stopped.code).toBe(4);
    expect(stopped.stderr).toMatch(says);
    expect(stopped.stderr).toContain('no row is to blame');
    // Only what was in the air.
    expect(bench.server.requests.length + bench.server.refusals.length).toBeLessThanOrEqual(3);
    expect(resumed.code).toBe(0);
    expect(well.server.requests).toHaveLength(12);
  });
});
