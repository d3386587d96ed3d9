import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DESCRIBE, DRAW_OUT, FIXTURES, modelBench } from './model-bench.js';
import { rowsCsv } from './workbench.js';

const TICKET_CLASS = join(FIXTURES, 'fabrics', 'ticket-class.yaml');
const TICKETS = join(FIXTURES, 'tickets.jsonl');
const NO_KEYS = { env: {} };

describe('fabrics', () => {
  it('lists those on this machine, and says how to get a model for one in a file', async () => {
    const bench = await modelBench();

    const { code, stdout } = await bench.batchai(['fabrics'], NO_KEYS);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^local:sentiment$/m);
    expect(stdout).toContain('npx node-llama-cpp pull --dir models hf:');
  });
});

describe('fabrics check', () => {
  it('says in a line what a right file is, without a key', async () => {
    const bench = await modelBench();

    const { code, stdout, stderr } = await bench.batchai(['fabrics', 'check', TICKET_CLASS], NO_KEYS);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      `${TICKET_CLASS}: ok: ticket-class, gpt-6-luna (openai), uses channel, subject, tags, body; answers with topic, urgency, language\n`,
    );
  });

  it('says of a fabric at Promptha only what is known here', async () => {
    const bench = await modelBench({}, 'provider: promptha\nfabricId: describing\n');

    const { code, stdout } = await bench.batchai(['fabrics', 'check', 'fabric.yaml'], NO_KEYS);

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'fabric.yaml: ok: fabric, the fabric describing at Promptha\n',
    });
  });

  it.each<[string, string, readonly string[], number, RegExp]>([
    ['a file that is right', DESCRIBE, [], 0, /^$/],
    ['rows that have its columns', DESCRIBE, ['--input', 'rows.csv'], 0, /^$/],
    [
      'rows under the names that it uses',
      DESCRIBE.replace('name', 'title'),
      ['--input', 'rows.csv', '--inputs', 'id,title=name'],
      0,
      /^$/,
    ],
    [
      'rows without one of its columns',
      DESCRIBE.replace('name', 'title'),
      ['--input', 'rows.csv'],
      2,
      /"title" is used, but rows\.csv has no such column/,
    ],
    [
      'rows with a renamed column',
      DESCRIBE,
      ['--input', 'rows.csv', '--inputs', 'id,title=name'],
      2,
      /"name" is used, but --inputs sends no such column; there are id, title\n/,
    ],
    ['no rows', DESCRIBE, ['--input', 'gone.csv'], 2, /gone\.csv: there is no such file/],
    [
      'a wrong file',
      DESCRIBE.replace('gpt-4.1-mini', '[]'),
      [],
      2,
      /fabric\.yaml:2: model: wanted a model's name/,
    ],
    ['no YAML', 'provider: [', [], 2, /fabric\.yaml:\d+: /],
  ])('of %s', async (_what, fabric, args, exitCode, says) => {
    const bench = await modelBench({}, fabric);
    await bench.write('rows.csv', rowsCsv(2));

    const { code, stdout, stderr } = await bench.batchai(
      ['fabrics', 'check', 'fabric.yaml', ...args],
      NO_KEYS,
    );

    expect(code).toBe(exitCode);
    expect(stderr).toMatch(says);
    expect(stdout).toMatch(exitCode === 0 ? /^fabric\.yaml: ok: / : /^$/);
  });
});

describe('fabrics show', () => {
  it.each([
    ['openai', DESCRIBE],
    ['openai', DRAW_OUT],
    ['anthropic', DRAW_OUT.replace('openai', 'anthropic')],
  ])('prints what a run then sends, its key masked (%s)', async (provider, fabric) => {
    const bench = await modelBench({}, fabric);
    await bench.write('rows.csv', rowsCsv(3));
    const show = ['fabrics', 'show', 'fabric.yaml', '--input', 'rows.csv', '--base-url', bench.server.url];

    const { code, stdout, stderr } = await bench.batchai([...show, '--row', '3']);
    const callsBefore = bench.server.requests.length + bench.server.refusals.length;
    await bench.run(['rows.csv', '-o', 'out.csv', '-c', '1']);

    expect({ code, stderr, callsBefore }).toEqual({ code: 0, stderr: '', callsBefore: 0 });
    const [head = '', ...body] = stdout.split('\n\n');
    const [line, ...headers] = head.split('\n');
    const sent = bench.server.requests[2];
    expect(line).toBe(`POST ${new URL(sent?.url ?? '', bench.server.url)}`);
    expect(JSON.parse(body.join('\n\n'))).toEqual(sent?.body);
    const shown = Object.fromEntries(headers.map((header) => header.split(': ') as [string, string]));
    const key = provider === 'openai' ? { authorization: 'Bearer ***' } : { 'x-api-key': '***' };
    expect(shown).toEqual({
      ...Object.fromEntries(Object.keys(shown).map((name) => [name, sent?.headers[name]])),
      ...key,
      'idempotency-key': '<run>-<row>',
    });
  });

  it('prints a row of a JSONL file, the first where none is named', async () => {
    const bench = await modelBench();

    const first = await bench.batchai(['fabrics', 'show', TICKET_CLASS, '--input', TICKETS], NO_KEYS);
    const third = await bench.batchai(
      ['fabrics', 'show', TICKET_CLASS, '--input', TICKETS, '--row', '3'],
      NO_KEYS,
    );

    expect([first.code, third.code]).toEqual([0, 0]);
    expect(first.stdout).toMatch(/^POST https:\/\/api\.openai\.com\/v1\/chat\/completions\n/);
    expect(first.stdout).toContain("Subject: Parcel shows as delivered but isn't here");
    expect(third.stdout).toContain('Subject: Where do I find spare rings?');
  });

  it('prints what a row sends to Promptha, under the names that --inputs gives', async () => {
    const bench = await modelBench({}, 'provider: promptha\nfabricId: describing\n');
    await bench.write('rows.csv', rowsCsv(1));

    const { code, stdout } = await bench.batchai(
      ['fabrics', 'show', 'fabric.yaml', '--input', 'rows.csv', '--inputs', 'number=id,name'],
      { env: { PROMPTHA_BASE_URL: 'http://127.0.0.1:1/v2', PROMPTHA_API_KEY: 'test-key' } },
    );

    expect(code).toBe(0);
    expect(stdout).toMatch(/^POST http:\/\/127\.0\.0\.1:1\/v2\/fabrics\/run\nauthorization: Bearer \*\*\*\n/);
    expect(JSON.parse(stdout.slice(stdout.indexOf('\n\n')))).toEqual({
      fabricId: 'describing',
      inputs: { number: '00001', name: 'Item 1, "blue"' },
    });
  });

  it('prints the prompt of a model in a file, which is sent nowhere', async () => {
    const bench = await modelBench(
      {},
      'provider: llama\nmodel: m.gguf\nsystem: Be brief.\nprompt: "{{ name }}!"\n',
    );
    await bench.write('rows.csv', rowsCsv(1));

    const { code, stdout } = await bench.batchai(['fabrics', 'show', 'fabric.yaml', '--input', 'rows.csv']);

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'system:\nBe brief.\n\nprompt:\nItem 1, "blue"!\n' });
  });

  it('takes rows from standard input', async () => {
    const bench = await modelBench({}, DESCRIBE);

    const { code, stdout } = await bench.batchai(
      ['fabrics', 'show', 'fabric.yaml', '--input', '-', '--format', 'csv', '--row', '2'],
      { stdin: rowsCsv(3) },
    );

    expect(code).toBe(0);
    expect(stdout).toContain('00002\\nItem 2');
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a row beyond the end', ['--input', 'rows.csv', '--row', '4'], /--row 4: rows\.csv has only 3 rows/],
    ['a row that is no number', ['--input', 'rows.csv', '--row', 'last'], /--row: wanted a whole number/],
    ['no file of rows', [], /required option '--input <file>' not specified/],
    [
      'an address that is none',
      ['--input', 'rows.csv', '--base-url', 'x'],
      /--base-url: wanted a URL such as .*, got "x"/,
    ],
    [
      'an address with a password',
      ['--input', 'rows.csv', '--base-url', 'http://a:b@127.0.0.1'],
      /no user, password or query/,
    ],
    [
      'a column that is not sent',
      ['--input', 'rows.csv', '--inputs', 'id'],
      /"name" is used, but --inputs sends no such column/,
    ],
  ])('refuses %s', async (_what, args, says) => {
    const bench = await modelBench({}, DESCRIBE);
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stdout, stderr } = await bench.batchai(['fabrics', 'show', 'fabric.yaml', ...args]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });

  it('names the row that cannot be put into the prompt', async () => {
    const endless = '{% for i in (1..99999999) %}{{ name }}{% endfor %}';
    const bench = await modelBench({}, DESCRIBE.replace('{{ name }}', endless));
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stdout, stderr } = await bench.batchai([
      ...['fabrics', 'show', 'fabric.yaml', '--input', 'rows.csv', '--row', '2'],
    ]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/rows\.csv, row 2: the template fails: prompt, line 2: /);
  });
});
