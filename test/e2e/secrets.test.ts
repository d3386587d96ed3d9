import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Behaviour } from '../support/fake-fabric-server.js';
import type { BatchaiResult } from '../support/run-batchai.js';
import { rowsCsv, type Workbench, workbench } from './workbench.js';

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

async function expectNoKey(bench: Workbench, { stdout, stderr }: BatchaiResult): Promise<void> {
  const names = await bench.list();
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) {
    const isFile = (await stat(bench.path(name))).isFile();
    if (isFile) expect(await readFile(bench.path(name), 'latin1'), name).not.toContain(TELLTALE);
  }
  expect(stdout).not.toContain(TELLTALE);
  expect(stderr).not.toContain(TELLTALE);
}
