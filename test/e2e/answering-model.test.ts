import { expect, it } from 'vitest';
import type { Behaviour } from '../support/fake-model-server.js';
import { DESCRIBE, idIn, modelBench } from './model-bench.js';
import { parseCsv, rowsCsv } from './workbench.js';

/** What another model says, with what it thought beside its answer. */
const swapped = (prompt: string): Behaviour => ({
  kind: 'body',
  body: {
    ...{ object: 'chat.completion', model: 'gemini-3.5-flash-lite' },
    choices: [{ index: 0, message: { role: 'assistant', content: prompt }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 510 },
  },
});

it('the model that answered is in the columns and the summary of a run that was stopped and resumed', async () => {
  const bench = await modelBench(
    { behave: (request) => (Number(idIn(request)) > 10 ? swapped(request.prompt) : undefined) },
    DESCRIBE.replace(/^model: .*$/m, 'model: gemini-2.5-flash'),
  );
  await bench.write('rows.csv', rowsCsv(40));
  const args = ['rows.csv', '-o', 'out.csv', '--meta-columns', '--json', '--resume', '-c', '1', '-b', '7'];
  args.push('--price', 'input=1,output=1');

  const stopped = await bench.run([...args, '--max-calls', '23']);
  const { code, stdout, stderr } = await bench.run([...args, '--max-calls', '40']);

  expect(stopped.code, stopped.stderr).toBe(4);
  expect(
    stopped.stderr.match(/gemini-2\.5-flash was asked for, and gemini-3\.5-flash-lite answers/g),
  ).toHaveLength(1);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ otherModels: { 'gemini-3.5-flash-lite': 30 } });
  expect(stderr).toMatch(/answered by another model than the one asked for: gemini-3\.5-flash-lite 30 rows/);
  const rows = parseCsv(await bench.read('out.csv'));
  expect(rows.map((row) => row.ai_model)).toEqual([
    ...Array(10).fill('gemini-2.5-flash'),
    ...Array(30).fill('gemini-3.5-flash-lite'),
  ]);
  expect(rows.at(-1)).toMatchObject({ ai_tokens_out: '410' });
});

it('rows that ask the same have the model that answered the first of them', async () => {
  const bench = await modelBench(
    { behave: ({ prompt }) => swapped(prompt) },
    DESCRIBE.replace(/^model: .*$/m, 'model: gemini-2.5-flash'),
  );
  const [header, first] = rowsCsv(1).trim().split('\n');
  await bench.write('rows.csv', `${[header, ...Array(5).fill(first)].join('\n')}\n`);

  const { stdout } = await bench.run(['rows.csv', '-o', 'out.csv', '--meta-columns', '--json', '-c', '1']);

  expect(bench.server.requests).toHaveLength(1);
  expect(JSON.parse(stdout).otherModels).toEqual({ 'gemini-3.5-flash-lite': 5 });
  const rows = parseCsv(await bench.read('out.csv'));
  expect(rows.map((row) => row.ai_model)).toEqual(Array(5).fill('gemini-3.5-flash-lite'));
});

it('answers from the cache have the model that gave them, in a later run too', async () => {
  const bench = await modelBench(
    { behave: (request) => (idIn(request) === '00002' ? swapped(request.prompt) : undefined) },
    DESCRIBE.replace(/^model: .*$/m, 'model: gemini-2.5-flash'),
  );
  await bench.write('rows.csv', rowsCsv(3));
  const args = ['rows.csv', '--cache', 'kept', '--meta-columns', '--json'];

  const first = await bench.run([...args, '-o', 'out.csv']);
  const { code, stdout, stderr } = await bench.run([...args, '-o', 'again.csv']);

  expect([first.code, code], stderr).toEqual([0, 0]);
  expect(bench.server.requests).toHaveLength(3);
  expect(JSON.parse(stdout).otherModels).toEqual({ 'gemini-3.5-flash-lite': 1 });
  const rows = parseCsv(await bench.read('again.csv'));
  expect(rows[1]?.ai_model).toBe('gemini-3.5-flash-lite');
  expect([rows[0]?.ai_model, rows[2]?.ai_model]).not.toContain('gemini-3.5-flash-lite');
});

it("a gateway's own figure is the cost of a call to a model that no list has", async () => {
  const bench = await modelBench(
    { headers: { 'x-litellm-response-cost': '0.0125' } },
    DESCRIBE.replace('gpt-4.1-mini', 'own-model'),
  );
  await bench.write('rows.csv', rowsCsv(4));

  const { stdout, stderr } = await bench.run(['rows.csv', '-o', 'out.csv', '--json']);
  const status = await bench.batchai(['status', 'out.csv', '--json']);

  expect(JSON.parse(stdout)).toMatchObject({ cost: 0.05, costUnit: 'USD', unpricedCalls: 0 });
  expect(stderr).toMatch(
    /unknown: no list price for own-model; state it in the fabric file.*price: \{input: …/,
  );
  expect(status.stdout).toMatch(/"cost": ?0\.05/);
});

it('a model at an address of one own costs its list price, which is called a guess everywhere', async () => {
  const usage = () => ({ input: 1_000_000, output: 0 });
  const bench = await modelBench({ usage }, DESCRIBE);
  await bench.write('rows.csv', rowsCsv(4));

  const { code, stdout, stderr } = await bench.run([
    'rows.csv',
    '-o',
    'out.csv',
    '--max-cost',
    '5',
    '--json',
  ]);
  const status = await bench.batchai(['status', 'out.csv']);
  await bench.batchai(['report', 'out.csv']);
  const stated = await bench.run(['rows.csv', '-o', 'own.csv', '--price', 'call=0', '--json']);

  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ cost: 1.6, costUnit: 'USD', costIsGuess: true });
  expect(stderr).toMatch(/price +0\.4 USD in, .* \(a guess: the list price of gpt-4\.1-mini at openai; /);
  expect(stderr).toMatch(/budget +at most \$5\.00 at the guessed price\n/);
  expect(stderr).toContain('cost: $1.60 at a guessed price (see --price)');
  expect(status.stdout).toContain('cost     $1.60 at a guessed price');
  expect(await bench.read('out.csv.report.html')).toContain('It cost $1.60 by a guessed price.');
  expect(JSON.parse(stated.stdout)).toMatchObject({ cost: 0, costIsGuess: false });
});

it('a guessed price is marked in a retry, and in the status after it', async () => {
  let isBroken = true;
  const bench = await modelBench(
    {
      usage: () => ({ input: 1_000_000, output: 0 }),
      behave: () => (isBroken ? { kind: 'status', status: 422 } : undefined),
    },
    DESCRIBE,
  );
  await bench.write('rows.csv', rowsCsv(2));
  await bench.write('stated.yaml', `${DESCRIBE}price: { input: 1, output: 1 }\n`);
  await bench.run(['rows.csv', '-o', 'out.csv', '--fabric', 'stated.yaml']);
  const before = await bench.batchai(['status', 'out.csv', '--json']);
  isBroken = false;
  const retry = ['retry', 'out.csv', '--base-url', bench.server.url, '--fabric', 'fabric.yaml', '--json'];

  const { code, stdout, stderr } = await bench.batchai(retry);
  const after = await bench.batchai(['status', 'out.csv', '--json']);

  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/price +0\.4 USD in, .* \(a guess: the list price of gpt-4\.1-mini at openai; /);
  expect(stderr).toContain('cost: $0.80 at a guessed price (see price: in fabric files)');
  expect(JSON.parse(stdout)).toMatchObject({ cost: 0.8, costIsGuess: true });
  expect([before, after].map((status) => JSON.parse(status.stdout).costIsGuess)).toEqual([false, true]);
});

it('a guessed price is marked in a comparison, in text, page and JSON, and a stated one is not', async () => {
  const bench = await modelBench({ usage: () => ({ input: 1_000_000, output: 0 }) });
  const fabric = DESCRIBE.replace('system:', `baseUrl: ${bench.server.url}\nkeyEnv: OPENAI_API_KEY\nsystem:`);
  await bench.write('guessed.yaml', fabric);
  await bench.write('stated.yaml', `${fabric}price: { input: 1, output: 1 }\n`);
  await bench.write('rows.csv', rowsCsv(2));
  const compare = ['compare', 'rows.csv', '-f', 'guessed.yaml', '-f', 'stated.yaml'];

  const { code, stdout, stderr } = await bench.batchai([...compare, '--page', 'page.html']);
  const json = await bench.batchai([...compare, '--json']);

  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/1,000 rows cost +~\$400\.00 +\$1,000\.00\n/);
  expect(stdout).toContain('~: at a guessed price; state yours as price: in the fabric file\n');
  expect(await bench.read('page.html')).toContain('~: at a guessed price; state yours');
  expect(JSON.parse(json.stdout).fabrics).toMatchObject([{ costIsGuess: true }, { costIsGuess: false }]);
});
