import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { hookServer } from '../monitor/alerts/hook-server.js';
import type { BatchaiResult } from '../support/run-batchai.js';
import { metricsUrlOf } from './watching-figures.js';
import { rowsCsv, workbench } from './workbench.js';

/** None of them is a part of another, and nobody could take them for chance. */
const SECRETS = [
  'sk-apikey-77f1',
  'hook-path-93ab',
  'hook-query-55cd',
  'hook-user-21ef',
  'hook-password-42aa',
];
const [KEY = '', PATH, QUERY, USER, PASSWORD] = SECRETS;
const OUT = ['rows.csv', '-o', 'out.csv', '--json'];

/** Everything that a folder holds, as one text. */
async function allFilesIn(folder: string): Promise<string> {
  const texts: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    if ((await stat(join(folder, name))).isFile()) texts.push(await readFile(join(folder, name), 'latin1'));
  }
  return texts.join('\n');
}

function expectNoSecret(text: string, besides: readonly string[] = []): void {
  for (const secret of SECRETS) if (!besides.includes(secret)) expect(text).not.toContain(secret);
}

it('no watch writes the key, or a part of a webhook, through a kill, a resume, a stop, a retry and a report', async () => {
  const hook = await hookServer();
  const silent = hook.origin.replace('http://', `http://${USER}:${PASSWORD}@`);
  const webhooks = [
    ...['--alert', `${silent}/services/${PATH}?token=${QUERY}`],
    ...['--alert', `http://${USER}:${PASSWORD}@127.0.0.1:9/services/${PATH}?token=${QUERY}`],
  ];
  const watched = [
    ...[
      ...webhooks,
      '--alert-command',
      'cat >> told.jsonl; env >> told.jsonl',
      '--alert-finish',
      '--alert-error-rate',
      '1%',
    ],
    ...['--log', 'run.log', '--log-rows', '--metrics-port', '0', '--metrics-file', 'run.prom'],
  ];
  const service = { isKeyGood: true };
  const bench = await workbench({
    apiKey: KEY,
    keyColumn: 'id',
    latencyMs: 10,
    behave: ({ inputs, authorization }) => {
      if (!service.isKeyGood)
        return { kind: 'status', status: 401, body: { message: `not good: ${authorization}` } };
      if (Number(inputs.id) % 5 === 3)
        return { kind: 'status', status: 422, body: { message: `${authorization} may not do this` } };
      return undefined;
    },
  });
  await bench.write('rows.csv', rowsCsv(200));
  const withKey = { env: { PROMPTHA_API_KEY: KEY } };
  const results: BatchaiResult[] = [];

  const killed = bench.start([...OUT, ...watched], withKey);
  const scraped = await (await fetch(await metricsUrlOf(killed))).text();
  while (bench.server.requests.length < 60) await delay(5);
  killed.child.kill('SIGKILL');
  results.push(await killed.finished);
  const leftByKill = await allFilesIn(bench.folder);
  service.isKeyGood = false;
  results.push(await bench.run([...OUT, ...watched, '--resume'], withKey));
  service.isKeyGood = true;
  results.push(await bench.run([...OUT, ...watched, '--resume'], withKey));
  results.push(await bench.batchai(['retry', 'out.csv', ...watched], withKey));
  results.push(await bench.batchai(['report', 'out.csv'], withKey));

  expect(results.map(({ code }) => code)).toEqual([null, 4, 3, 3, 0]);
  expect(hook.requests.length).toBeGreaterThan(0);
  const files = await allFilesIn(bench.folder);
  for (const words of ['row-failed', 'batchai_rows_failed_total', '"alert":"stopped"', 'batchai report'])
    expect(files).toContain(words);
  for (const text of [scraped, leftByKill, files]) expectNoSecret(text);
  for (const { stdout, stderr } of results) expectNoSecret(stdout + stderr);
  // A webhook hears its own path, and nothing of anybody else's.
  expectNoSecret(JSON.stringify(hook.requests.map(({ body }) => body)));
  expect(hook.requests[0]?.authorization).toMatch(/^Basic /);
});
