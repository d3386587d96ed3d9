import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLI_TIMINGS } from '../../src/cli/timings.js';
import { anthropicBatches } from '../support/batch-services/anthropic-batches.js';
import { fakeBatchesForTest } from '../support/batch-services/fake-batches-for-test.js';
import { geminiBatches } from '../support/batch-services/gemini-batches.js';
import { mistralBatches } from '../support/batch-services/mistral-batches.js';
import type { ServiceRoutes } from '../support/batch-services/service-routes.js';
import { HURRIED_BATCH_API } from '../support/hurried-batch-api.js';
import { runBatchai } from '../support/run-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROWS = 50;

interface Service {
  readonly name: string;
  readonly provider: string;
  readonly routes: ServiceRoutes;
  readonly path: string;
  /** The first request, where it is the live call of a first row. */
  readonly canary?: string;
}

const SERVICES: readonly Service[] = [
  { name: 'mistral', provider: 'openai', routes: mistralBatches, path: '/v1' },
  {
    ...{ name: 'anthropic', provider: 'anthropic', routes: anthropicBatches(), path: '' },
    canary: 'POST /messages',
  },
  {
    ...{ name: 'gemini', provider: 'openai', routes: geminiBatches(), path: '/v1beta/openai' },
    canary: 'POST /v1beta/openai/chat/completions',
  },
];

async function runOver(
  { name, provider, routes, path }: Service,
  answer?: NonNullable<Parameters<typeof fakeBatchesForTest>[0]>['answer'],
) {
  const server = await fakeBatchesForTest({
    services: [routes],
    behave: () => ({ runningPolls: 1 }),
    ...(answer && { answer }),
  });
  const folder = await temporaryFolder();
  const at = (file: string) => join(folder, file);
  await writeFile(
    at('fabric.yaml'),
    `provider: ${provider}\nmodel: a-model\nbaseUrl: ${server.origin}${path}\nkeyEnv: TEST_KEY\nprompt: 'row {{ n }}'\nbatchApi: ${name}\n`,
  );
  const rows = Array.from({ length: ROWS }, (_, index) => index + 1);
  await writeFile(at('rows.csv'), `n\n${rows.join('\n')}\n`);
  const ended = await runBatchai(
    [
      ...['run', at('rows.csv'), '-f', at('fabric.yaml'), '-o', at('out.csv'), '--no-progress'],
      ...['--batch-api-poll', '10ms', '--batch-api-rows', '20'],
    ],
    { env: { TEST_KEY: 'test-key' }, timings: { ...CLI_TIMINGS, batchApi: HURRIED_BATCH_API } },
  );
  return { server, ended, output: () => readFile(at('out.csv'), 'utf8') };
}

describe.each(SERVICES)('a run over the batch API of $name', (service) => {
  it('has every row answered and billed once', async () => {
    const { server, ended, output } = await runOver(service);

    expect(ended.code, ended.stderr).toBe(0);
    expect((await output()).split('\n')[ROWS]).toBe(`${ROWS},described row ${ROWS}`);
    expect(server.ledger.totals).toMatchObject({ billed: ROWS, billedTwice: 0 });
    if (service.canary !== undefined) expect(server.requests[0]).toBe(service.canary);
  });
});

describe.each(SERVICES.filter(({ canary }) => canary !== undefined))(
  'a service that looks at requests late: $name',
  (service) => {
    it('is sent no batch where the first row shows that the fabric is wrong', async () => {
      const { server, ended } = await runOver(service, () => ({
        kind: 'refusal',
        status: 401,
        body: { type: 'error', error: { type: 'authentication_error', message: 'no such key' } },
      }));

      expect(ended.code, ended.stderr).toBe(4);
      expect(server.jobs.all).toEqual([]);
    });
  },
);
