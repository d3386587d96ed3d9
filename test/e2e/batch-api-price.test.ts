import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLI_TIMINGS } from '../../src/cli/timings.js';
import type { FakeBatchOptions } from '../support/batch-services/fake-batch-server.js';
import { fakeBatchesForTest } from '../support/batch-services/fake-batches-for-test.js';
import { HURRIED_BATCH_API } from '../support/hurried-batch-api.js';
import { runBatchai } from '../support/run-batchai.js';
import { seededRandom } from '../support/seeded-random.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROWS = 300;
const PRICE = { input: 3, output: 15 };
const PRICED = `price: { input: ${PRICE.input}, output: ${PRICE.output} }\n`;
const WORDS = 'pan lid handle steel wood glass heavy small bright kitchen garden lamp rope board'.split(' ');

/** Names of 3 to 42 words, so that rows differ in what they cost. */
function rowsCsv(): string {
  const random = seededRandom(7);
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const words = Array.from(
      { length: 3 + Math.floor(40 * random()) },
      () => WORDS[Math.floor(14 * random())],
    );
    return `${index + 1},${words.join(' ')}`;
  });
  return `id,name\n${rows.join('\n')}\n`;
}

/** One and a half words for each word of the prompt, and some more. */
function longAnswer({ prompt }: { readonly prompt: string }): string {
  return 'word '.repeat(20 + Math.floor(1.5 * prompt.split(' ').length));
}

async function bench(more: string, options: FakeBatchOptions = {}, model = 'gpt-4.1-mini') {
  const folder = await temporaryFolder();
  const server = await fakeBatchesForTest({ answer: longAnswer, ...options });
  const at = (name: string) => join(folder, name);
  await writeFile(at('rows.csv'), rowsCsv());
  const fabric = `provider: openai\nmodel: ${model}\nbaseUrl: ${server.url}\nkeyEnv: TEST_KEY\nprompt: 'Describe {{ id }} {{ name }}'\n${more}`;
  await writeFile(at('fabric.yaml'), fabric);
  await writeFile(at('better.yaml'), fabric);
  const batchai = (command: 'run' | 'estimate', ...args: readonly string[]) =>
    runBatchai([command, at('rows.csv'), '-f', at('fabric.yaml'), ...args], {
      env: { TEST_KEY: 'test-key' },
      timings: { ...CLI_TIMINGS, batchApi: HURRIED_BATCH_API },
    });
  return {
    ...{ server, at },
    plan: (...args: readonly string[]) => batchai('run', '-o', at('out.csv'), '--dry-run', ...args),
    estimate: (...args: readonly string[]) => batchai('estimate', '-r', 'none', ...args),
    run: () =>
      batchai(
        'run',
        '-o',
        at('out.csv'),
        '--batch-api',
        '--batch-api-poll',
        '10ms',
        '--no-progress',
        '--json',
      ),
  };
}

/** What a service with half the price for batches bills for them. */
function billOf({ ledger }: Awaited<ReturnType<typeof bench>>['server']): number {
  const { inputTokens, outputTokens } = ledger.totals;
  return (0.5 * (PRICE.input * inputTokens.batch + PRICE.output * outputTokens.batch)) / 1e6;
}

describe('an estimate for a service with a batch API', () => {
  it('comes within a tenth of what the service bills for the batches', async () => {
    const { server, estimate, run } = await bench(`${PRICED}batchApi: openai\n`);

    const said = await estimate('--sample', '20', '--json');
    const ran = await run();

    expect([said.code, ran.code], `${said.stderr}${ran.stderr}`).toEqual([0, 0]);
    const { cost, forecast } = JSON.parse(said.stdout);
    const bill = billOf(server);
    expect(bill).toBeGreaterThan(0);
    expect(Math.abs(cost.batch.expected.expected / bill - 1)).toBeLessThan(0.1);
    expect(JSON.parse(ran.stdout).batchApi.batch).toBeCloseTo(bill, 9);
    expect(cost.live.expected).toEqual(forecast.cost);
    expect(cost.batch).toMatchObject({ service: 'openai', priceShare: 0.5 });
  });

  it('shows both prices, and what the prompts cost either way, without a call', async () => {
    const { server, estimate } = await bench(`${PRICED}batchApi: openai\nparameters: { max_tokens: 100 }\n`);

    const shown = await estimate();
    const { cost, prompts, mostCost } = JSON.parse((await estimate('--json')).stdout);

    expect(server.requests).toEqual([]);
    expect(shown.stdout).toContain(
      '  price         live: 3 USD in, 15 out a million tokens\n' +
        '                batch: 1.5 USD in, 7.5 out a million tokens (50 % of the live price at openai)\n',
    );
    expect(shown.stdout).toMatch(/prompts cost +\$0\.\d+ live, \$0\.\d+ by batch\n/);
    expect(shown.stdout).toMatch(
      /total +at most \$0\.\d+ live, at most \$0\.\d+ by batch, without retries\n/,
    );
    expect(cost.live).toEqual({ prompts: prompts[0].cost, most: mostCost, expected: null });
    expect(cost.batch.prompts).toBeCloseTo(prompts[0].cost / 2, 9);
    expect(cost.batch.most).toBeCloseTo(mostCost / 2, 9);
    expect(cost.batch.expected).toBeNull();
  });

  it('takes --batch-api as the run does, and refuses it where there is none', async () => {
    const { estimate, at } = await bench(`${PRICED}batchApi: openai\n`);

    const taken = await estimate('--batch-api');
    const refused = await estimate('--batch-api', '-f', 'local:sentiment');
    const previewed = await runBatchai(
      ['preview', at('rows.csv'), '-f', at('fabric.yaml'), '--batch-api', '--rows', '1', '-r', 'none'],
      { env: { TEST_KEY: 'test-key' } },
    );

    expect(taken.stdout).toMatch(/prompts cost +\$0\.\d+ live, \$0\.\d+ by batch\n/);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--batch-api: local:sentiment runs on this machine');
    expect(previewed.code, previewed.stderr).toBe(0);
    expect(previewed.stderr).toContain('a preview calls its rows live');
  });

  it('shows the forecast either way', async () => {
    const { estimate } = await bench(`${PRICED}batchApi: openai\n`);

    const { stdout } = await estimate('--sample', '20');

    expect(stdout).toMatch(/ {2}cost +live: \$0\.\d+.*\n +batch: \$0\.\d+/);
  });

  it.each([
    ['where there is no batch API', '', []],
    [
      'where rows move up tiers',
      'batchApi: openai\noutput: { type: object, properties: { sure: { type: number } } }\n',
      ['--score', 'field:sure', '--min-score', '0.5'],
    ],
  ])('has no second price %s', async (_where, more, args) => {
    const { estimate, at } = await bench(`${PRICED}${more}`);
    const all = args.length === 0 ? [] : ['--tier', at('better.yaml'), ...args];

    const shown = await estimate(...all);
    const { cost } = JSON.parse((await estimate(...all, '--json')).stdout);

    expect(shown.stdout).not.toMatch(/batch:|by batch/);
    expect(cost.live.prompts).toBeGreaterThan(0);
    expect(cost.batch).toBeNull();
  });

  it('says of an unknown price that it is unknown', async () => {
    const { estimate, run } = await bench(
      'batchApi: openai\nparameters: { max_tokens: 100 }\n',
      {},
      'own-model',
    );

    const counted = await estimate();
    const sampled = await estimate('--sample', '5');
    const { cost, prompts, mostCost, forecast } = JSON.parse(
      (await estimate('--sample', '5', '--json')).stdout,
    );
    const ran = JSON.parse((await run()).stdout);

    expect(counted.stdout).toMatch(/price +live: unknown: no list price for own-model; state it/);
    expect(counted.stdout).toMatch(/\n +batch: unknown: 50 % of the live price at openai\n/);
    expect(sampled.stdout).toMatch(/cost +unknown: state the price with --price\n/);
    expect(`${counted.stdout}${sampled.stdout}`).not.toContain('$');
    expect(cost.live).toEqual({ prompts: null, most: null, expected: null });
    expect(cost.batch).toMatchObject({ prompts: null, most: null, expected: null });
    expect([prompts[0].cost, mostCost, forecast.cost]).toEqual([null, null, null]);
    expect(ran.cost).toBeNull();
  });

  it('gives no price to a sample whose answers state none, though rows failed that cost nothing', async () => {
    const { estimate } = await bench(
      '',
      {
        answer: ({ prompt }) =>
          Number(/^Describe (\d+)/.exec(prompt)?.[1]) % 2 === 0
            ? longAnswer({ prompt })
            : { kind: 'refusal', status: 422, body: { error: { message: 'this row is wrong' } } },
      },
      'own-model',
    );

    const { stdout } = await estimate('--sample', '30', '--json');

    expect(JSON.parse(stdout)).toMatchObject({
      cost: { live: { expected: null } },
      forecast: { cost: null },
    });
  });
});

describe('the plan of a run over a batch API', () => {
  it('says the price of a million tokens live and by batch', async () => {
    const { plan } = await bench(PRICED);

    const half = await plan('--batch-api', '--base-url', 'https://api.openai.com/v1');
    const most = await plan('--batch-api', '--base-url', 'https://api.deepinfra.com/v1/openai');
    const live = await plan('--base-url', 'https://api.openai.com/v1');

    expect(half.stderr).toMatch(/price +live: 3 USD in, 15 out a million tokens\n/);
    expect(half.stderr).toMatch(
      /\n +batch: 1\.5 USD in, 7\.5 out a million tokens \(50 % of the live price at openai\)\n/,
    );
    expect(most.stderr).toMatch(
      /\n +batch: 2\.4 USD in, 12 out a million tokens \(80 % of the live price at deepinfra\)\n/,
    );
    expect(live.stderr).toMatch(/price +3 USD in, 15 out a million tokens\n/);
    expect(live.stderr).not.toContain('batch:');
  });

  it('says of an unknown price that it is unknown', async () => {
    const { plan } = await bench('batchApi: openai\n', {}, 'own-model');

    const { stderr } = await plan('--batch-api');

    expect(stderr).toMatch(/price +live: unknown: no list price for own-model; state it/);
    expect(stderr).toMatch(/\n +batch: unknown: 50 % of the live price at openai\n/);
  });
});
