import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Behaviour, FakeFabricOptions } from '../support/fake-fabric-server.js';
import type { FakeModelOptions, ModelRequest } from '../support/fake-model-server.js';
import { type BatchaiResult, runBatchai } from '../support/run-batchai.js';
import { startBatchai } from '../support/start-batchai.js';
import { until } from '../support/until.js';
import { DRAW_OUT, idIn, modelBench } from './model-bench.js';
import { idOf, rowsCsv, type Workbench, workbench } from './workbench.js';

const KEY = 'sk-very-secret-0123456789-abcdefghij-QUITE-LONG-key';
/** Long enough that nobody could take it for chance, short enough that half a key is found too. */
const TELLTALE = KEY.slice(0, 20);
const OUT = ['rows.csv', '-o', 'out.csv'];
const WITH_KEY = { env: { PROMPTHA_API_KEY: KEY } };

it('writes the key nowhere when all goes well, when rows fail, and when a run is killed', async () => {
  const echo: Record<string, Behaviour> = {
    '00003': { kind: 'status', status: 422, body: { message: `Bearer ${KEY} may not do this` } },
    '00005': { kind: 'status', status: 400, body: `<p>${KEY}</p>` },
    '00007': { kind: 'body', body: { echo: { authorization: `Bearer ${KEY}` } } },
  };
  const bench = await workbench({
    apiKey: KEY,
    keyColumn: 'id',
    latencyMs: 20,
    behave: ({ inputs }) => echo[String(inputs.id)],
  });
  await bench.write('rows.csv', rowsCsv(60));

  const batchai = bench.start([...OUT, '--attempts', '1'], WITH_KEY);
  while (bench.server.requests.length < 30) await delay(5);
  batchai.child.kill('SIGKILL');
  const killed = await batchai.finished;
  await expectNoKey(bench, killed);
  const resumed = await bench.run([...OUT, '--resume', '--attempts', '1', '--json'], WITH_KEY);

  expect(resumed.code).toBe(3);
  await expectNoKey(bench, resumed);
});

it('writes the key nowhere when the service refuses it and repeats it', async () => {
  const bench = await workbench({
    apiKey: KEY,
    behave: () => ({
      kind: 'status',
      status: 401,
      body: { error: { message: `Incorrect API key: ${KEY}.` } },
    }),
  });
  await bench.write('rows.csv', rowsCsv(10));

  const result = await bench.run(OUT, WITH_KEY);

  expect(result.code).toBe(4);
  expect(result.stderr).toContain('Incorrect API key');
  await expectNoKey(bench, result);
});

it.each([280, 270, 260])(
  'writes no part of the key where a message of the service is cut in its midst (after %i characters)',
  async (before) => {
    const bench = await workbench({
      apiKey: KEY,
      behave: () => ({
        kind: 'status',
        status: 422,
        body: { message: `${'x'.repeat(before)}${KEY}${'x'.repeat(99)}` },
      }),
    });
    await bench.write('rows.csv', rowsCsv(2));

    const result = await bench.run(OUT, WITH_KEY);

    expect(result.code).toBe(3);
    await expectNoKey(bench, result);
  },
);

it('writes no part of the key where an answer that is none is cut in its midst', async () => {
  const bench = await workbench({
    apiKey: KEY,
    behave: () => ({ kind: 'body', body: { echo: 'x'.repeat(70), authorization: `Bearer ${KEY}` } }),
  });
  await bench.write('rows.csv', rowsCsv(2));

  const result = await bench.run([...OUT, '--attempts', '1'], WITH_KEY);

  expect(result.code).toBe(3);
  await expectNoKey(bench, result);
});

describe.each(['openai', 'anthropic', 'promptha'] as const)('with a fabric file for %s', (provider) => {
  /** Has what JSON and CSV write in another way. */
  const odd = `k"e/y\\${KEY}`;

  it.each([KEY, odd])('the key is written nowhere, whatever the service repeats: %s', async (key) => {
    const bench = await echoingBench(provider, key, { latencyMs: 20 });
    await bench.write('rows.csv', rowsCsv(60));
    // All answers stay in the journal until the last of them is there.
    const args = [...bench.run, '-b', '1000', '--attempts', '1', '--columns', '--resume', '--json'];

    const batchai = startBatchai(args, bench.options);
    const journalPath = bench.path('out.csv.checkpoint/answers-000001.jsonl');
    const journaled = () => readFile(journalPath, 'utf8').catch(() => '');
    await until(async () => bench.requests() >= 30 && (await journaled()).includes('the key is [key], yes'));
    await expectNoKey(bench);
    batchai.child.kill('SIGKILL');
    await expectNoKey(bench, await batchai.finished);
    const resumed = await runBatchai(args, bench.options);

    expect(resumed.code).toBe(3);
    await expectNoKey(bench, resumed);
    await expectNoKey(bench, await runBatchai(['retry', 'out.csv', '-r', 'none'], bench.options));
    // An answer that repeats it comes, but without it; and all the ways of repeating it were tried.
    const output = await readFile(bench.path('out.csv'), 'utf8');
    expect(output).toContain('the key is [key], yes');
    const letters = await readFile(bench.path('out.csv.dead-letters.jsonl'), 'utf8');
    expect(letters.match(/"kind":"[a-z-]+"/g)).toEqual(
      ECHO_KINDS[provider].map((kind) => `"kind":"${kind}"`),
    );
    expect(letters.match(/\[key\]/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    [401, 'Incorrect API key'],
    [404, 'There is nothing for'],
    [429, 'insufficient_quota for'],
  ])('the key is not in what stops the run (%i)', async (status, words) => {
    const code = status === 429 ? 'insufficient_quota' : null;
    const body = { error: { message: `${words} ${KEY}, sorry.`, code } };
    const bench = await echoingBench(provider, KEY, { behave: () => ({ kind: 'status', status, body }) });
    await bench.write('rows.csv', rowsCsv(3));

    const result = await runBatchai(bench.run, bench.options);

    expect(result.code).toBe(4);
    expect(result.stderr).toContain(`${words} [key], sorry.`);
    await expectNoKey(bench, result);
  });

  it('the key is masked in the request that is shown', async () => {
    const bench = await echoingBench(provider, KEY, {});
    await bench.write('rows.csv', rowsCsv(3));

    const shown = await runBatchai(['fabrics', 'show', 'fabric.yaml', '--input', 'rows.csv'], bench.options);
    const planned = await runBatchai([...bench.run, '--dry-run'], bench.options);

    expect([shown.code, planned.code]).toEqual([0, 0]);
    expect(shown.stdout).toContain('***');
    await expectNoKey(bench, shown);
    await expectNoKey(bench, planned);
  });

  it('the key is not named where it stands in the file, or in a variable with a line end', async () => {
    const bench = await echoingBench(provider, KEY, {});
    await bench.write('rows.csv', rowsCsv(3));
    const fabric = await readFile(bench.path('fabric.yaml'), 'utf8');
    await bench.write('wrong.yaml', fabric.replace('keyEnv: THE_KEY', `keyEnv: ${KEY}`));

    const withKey = await runBatchai(['fabrics', 'check', 'wrong.yaml'], bench.options);
    const withLineEnd = await runBatchai(bench.run, { ...bench.options, env: { THE_KEY: `${KEY}\n` } });

    expect([withKey.code, withLineEnd.code]).toEqual([2, 2]);
    for (const { stdout, stderr } of [withKey, withLineEnd]) expect(stdout + stderr).not.toContain(TELLTALE);
  });
});

const ECHOED = ['unprocessable', 'bad-request', 'bad-answer'];
const ECHOED_TOO = ['bad-answer', 'unprocessable', 'bad-answer'];

/** What becomes of the rows 3, 5, 7, 9, 11, 13 and 15 of a service that repeats the key in every way. */
const ECHO_KINDS = {
  openai: [...ECHOED, 'refused', ...ECHOED_TOO],
  anthropic: [...ECHOED, 'refused', ...ECHOED_TOO],
  promptha: [...ECHOED, ...ECHOED_TOO],
};

interface EchoingBench extends Places {
  write(name: string, content: string): Promise<void>;
  /** The arguments of a run. */
  readonly run: readonly string[];
  readonly options: { readonly cwd: string; readonly env: Record<string, string> };
  requests(): number;
}

/** A service that repeats the key where some rows are concerned, and a fabric file for it. */
async function echoingBench(
  provider: keyof typeof ECHO_KINDS,
  key: string,
  service: Pick<FakeModelOptions & FakeFabricOptions, 'latencyMs' | 'behave'>,
): Promise<EchoingBench> {
  const run = ['run', ...OUT, '--fabric', 'fabric.yaml', '--rate-limit', 'none'];
  const fabric = `${DRAW_OUT.replace('openai', provider)}keyEnv: THE_KEY\n`;
  const behaviours: Record<string, Behaviour> = {
    [idOf(3)]: { kind: 'status', status: 422, body: { message: `Bearer ${key} may not do this` } },
    [idOf(5)]: { kind: 'status', status: 400, body: `<p>${key}</p>` },
    [idOf(7)]: { kind: 'body', body: { echo: { authorization: `Bearer ${key}` } } },
    [idOf(13)]: { kind: 'status', status: 422, body: `{"message":"Bearer ${escaped(key)} may not do this"}` },
    [idOf(15)]: { kind: 'status', status: 200, body: `{"echo":{"${escaped(key)}":"${escaped(key)}"}}` },
  };
  const answerTo = (id: string) =>
    id === idOf(11) ? { [key]: key } : { title: `${id}: the key is ${key}, yes`, tags: [key] };
  if (provider === 'promptha') {
    const bench = await workbench({
      apiKey: key,
      behave: ({ inputs }) => behaviours[String(inputs.id)],
      answer: ({ inputs }) => answerTo(String(inputs.id)),
      ...service,
    });
    const [, schema = ''] = DRAW_OUT.split('output:');
    const url = `baseUrl: ${bench.server.url}\nkeyEnv: THE_KEY\n`;
    await bench.write('fabric.yaml', `provider: promptha\n${url}output:${schema}`);
    const options = { cwd: bench.folder, env: { THE_KEY: key } };
    return { ...bench, run, options, requests: () => bench.server.requests.length };
  }
  const refusal = ({ prompt }: ModelRequest) => (prompt.startsWith(idOf(9)) ? 'refused' : undefined);
  const bench = await modelBench({
    apiKey: key,
    behave: (request) => behaviours[idIn(request)],
    answer: (request) => (idIn(request) === idOf(9) ? `not with ${key}` : answerTo(idIn(request))),
    finish: refusal,
    ...service,
  });
  await bench.write('fabric.yaml', `${fabric}baseUrl: ${bench.server.url}\n`);
  const options = { cwd: bench.folder, env: { THE_KEY: key } };
  return { ...bench, run, options, requests: () => bench.server.requests.length };
}

/** As a careful encoder of JSON may have it. */
function escaped(key: string): string {
  return [...key].map((character) => `\\u00${character.charCodeAt(0).toString(16)}`).join('');
}

type Places = Pick<Workbench, 'list' | 'path'>;

async function expectNoKey(bench: Places, { stdout, stderr }: Partial<BatchaiResult> = {}): Promise<void> {
  const names = await bench.list();
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) {
    // A file may go, or be replaced, while a run is on.
    const content = await readFile(bench.path(name), 'latin1').catch((error) => String(error));
    expect(content, name).not.toContain(TELLTALE);
    expect(content, name).not.toContain(escaped(TELLTALE));
  }
  expect(stdout ?? '').not.toContain(TELLTALE);
  expect(stderr ?? '').not.toContain(TELLTALE);
}
