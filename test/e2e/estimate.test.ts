import { join } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import type { FakeModelOptions, ModelRequest, Usage } from '../support/fake-model-server.js';
import { runBatchai } from '../support/run-batchai.js';
import { seededRandom } from '../support/seeded-random.js';
import { startBatchai } from '../support/start-batchai.js';
import { called, DESCRIBE, FIXTURES, KEYS, type ModelBench, modelBench } from './model-bench.js';
import { idOf, rowsCsv, workbench } from './workbench.js';

const NO_KEYS = { env: {} };
const PRICED = `${DESCRIBE}price: { input: 3, output: 15 }\n`;
const WORDS = 'pan lid handle steel wood glass heavy small bright kitchen garden lamp rope board'.split(' ');

/** What OpenAI would count: four tokens around each message, and three before the answer. */
function usageOf({ messages }: ModelRequest, answer: string | object): Usage {
  const input = messages.reduce((sum, { content }) => sum + 4 + countTokens(content), 3);
  return { input, output: countTokens(typeof answer === 'string' ? answer : JSON.stringify(answer)) };
}

/** Answers of 20 to 40 words, and one and a half for each word of the prompt. */
function answerTo({ prompt }: ModelRequest): string {
  const random = seededRandom(prompt.length * 31 + prompt.charCodeAt(6));
  const words = 20 + Math.floor(20 * random()) + Math.floor(1.5 * prompt.split(' ').length);
  return 'word '.repeat(words);
}

const SERVICE: FakeModelOptions = { usage: usageOf, answer: answerTo };

/** So many rows that ask `different` questions. */
function corpus(rows: number, different: number): string {
  const random = seededRandom(5);
  const names = [...Array(different)].map((_, n) => {
    const words = [...Array(3 + Math.floor(40 * random()))].map(() => WORDS[Math.floor(random() * 14)]);
    return `${idOf(n + 1)},${words.join(' ')}`;
  });
  return `id,name\n${[...Array(rows)].map((_, n) => `${names[n % different]}\n`).join('')}`;
}

function estimate(bench: ModelBench, args: readonly string[], options = {}) {
  const address = ['--fabric', 'fabric.yaml', '--base-url', bench.server.url, '--rate-limit', 'none'];
  return bench.batchai(['estimate', 'rows.csv', ...address, ...args], options);
}

describe('an estimate without a sample', () => {
  it('counts rows, questions and prompts without a key and without a call', async () => {
    const bench = await modelBench(SERVICE, PRICED);
    await bench.write('rows.csv', corpus(250, 100));

    const { code, stdout, stderr } = await estimate(bench, ['--json'], NO_KEYS);
    const callsBefore = bench.server.requests.length + bench.server.refusals.length;
    const run = await bench.run(['rows.csv', '-o', 'out.csv', '--json']);

    expect({ code, stderr, callsBefore }).toEqual({ code: 0, stderr: '', callsBefore: 0 });
    const said = JSON.parse(stdout);
    const { calls, tokens, saved } = JSON.parse(run.stdout);
    expect(said).toMatchObject({ input: 'rows.csv', rows: 250, questions: 100, isAtMost: false, asked: 100 });
    expect({ calls, inRun: saved.inRun }).toEqual({ calls: 100, inRun: 150 });
    expect(said.prompts).toMatchObject([{ fabric: 'fabric', count: 'exact', tokens: tokens.in }]);
    expect(said.prompts[0].cost).toBeCloseTo((3 * tokens.in) / 1e6, 9);
    expect(said).toMatchObject({ sample: null, forecast: null, costUnit: 'USD', mostCost: null });
    expect(await bench.list()).not.toContain('rows.enriched.csv');
  });

  it('is for people on standard output', async () => {
    const bench = await modelBench(SERVICE, `${PRICED}parameters: { max_tokens: 100 }\n`);
    await bench.write('rows.csv', corpus(250, 100));

    const { code, stdout } = await estimate(bench, ['--rate-limit', '50/min'], NO_KEYS);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^rows\.csv with fabric: gpt-4\.1-mini at http:/);
    expect(stdout).toMatch(/rows +250\n/);
    expect(stdout).toMatch(/questions +100 different; 150 rows \(60 %\) without a call of their own\n/);
    expect(stdout).toMatch(/prompts +[\d,]+ tokens, \d+ each \(exact/);
    expect(stdout).toMatch(
      /answers +at most 10,000 tokens \(max_tokens\); more is not known without a sample/,
    );
    expect(stdout).toMatch(/total +at most \$0\.1\d, without retries\n/);
    expect(stdout).toMatch(/time +at least 1 min 59 s, at the rate limit/);
  });

  it('says what --no-dedupe, --limit and rows that cannot be read change', async () => {
    const bench = await modelBench(SERVICE, PRICED);
    await bench.write('rows.csv', `${corpus(250, 100)}one,two,three\n`);

    const refused = await estimate(bench, [], NO_KEYS);
    const aside = await estimate(bench, ['--json', '--bad-rows', 'dead-letter', '--no-dedupe'], NO_KEYS);
    const limited = await estimate(bench, ['--json', '--limit', '120'], NO_KEYS);

    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/rows\.csv, line 252 \(row 251\): /);
    expect(JSON.parse(aside.stdout)).toMatchObject({ rows: 250, unreadable: 1, questions: 100, asked: 250 });
    expect(JSON.parse(limited.stdout)).toMatchObject({ rows: 120, questions: 100, asked: 100 });
  });

  it.each([
    [
      'a fabric at Promptha',
      'product-description',
      /a hint: the inputs as JSON/,
      /price +unknown: no list price for product-/,
    ],
    [
      'an on-device fabric',
      'local:keywords',
      /a hint: the inputs as JSON/,
      /price +nothing: it runs on this/,
    ],
  ])('says of %s that its tokens are a hint', async (_what, fabric, hint, price) => {
    const { code, stdout } = await runBatchai(['estimate', 'fixtures/products.csv', '--fabric', fabric]);

    expect(code).toBe(0);
    expect(stdout).toMatch(hint);
    expect(stdout).toMatch(price);
  });

  it('says of a model with another tokenizer that its tokens are approximate', async () => {
    const bench = await modelBench(SERVICE, DESCRIBE.replace('openai', 'anthropic'));
    await bench.write('rows.csv', corpus(5, 5));

    const { stdout } = await estimate(bench, [], NO_KEYS);

    expect(stdout).toMatch(/\(approximate: /);
    expect(stdout).toMatch(/answers +at most 20,480 tokens/);
  });

  it('reads standard input', async () => {
    const { code, stdout } = await runBatchai(
      ['estimate', '-', '--format', 'csv', '--fabric', 'local:keywords', '--json'],
      { stdin: corpus(12, 4) },
    );

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 12, questions: 4 });
  });
});

describe('an estimate with a sample', () => {
  it('comes within a tenth of what the run then costs, and takes', async () => {
    const bench = await modelBench(SERVICE, PRICED);
    await bench.write('rows.csv', corpus(1_000, 400));

    const { code, stdout, stderr } = await estimate(bench, ['--sample', '20', '--json']);
    const sampled = bench.server.requests.map(({ prompt }) => prompt);
    const run = await bench.run(['rows.csv', '-o', 'out.csv', '--json']);

    expect(code).toBe(0);
    expect(stderr).toBe('batchai: calling 20 rows for the sample; these calls are paid for\n');
    expect(new Set(sampled).size).toBe(20);
    const { sample, forecast } = JSON.parse(stdout);
    const real = JSON.parse(run.stdout);
    expect(sample).toMatchObject({ rows: 20, answered: 20, failed: 0, calls: 20 });
    expect(forecast).toMatchObject({ asked: 400, calls: { expected: real.calls } });
    for (const [said, truth] of [
      [forecast.cost, real.cost],
      [forecast.tokensIn, real.tokens.in],
      [forecast.tokensOut, real.tokens.out],
    ]) {
      expect(Math.abs(said.expected / truth - 1)).toBeLessThan(0.1);
      expect(said.low).toBeLessThanOrEqual(said.expected);
      expect(said.high).toBeGreaterThanOrEqual(said.expected);
    }
    // Prompts were counted as the service counts them.
    expect(forecast.tokensIn.expected).toBeCloseTo(real.tokens.in, 3);
    expect(Math.abs(forecast.savedCost / real.saved.cost - 1)).toBeLessThan(0.1);
  });

  it('leaves its answers in the cache, where the run finds them', async () => {
    const bench = await modelBench(SERVICE, PRICED);
    await bench.write('rows.csv', corpus(60, 30));

    const { stdout } = await estimate(bench, ['--sample', '10', '--cache', 'kept', '--json']);
    const again = await estimate(bench, ['--cache', 'kept', '--json'], NO_KEYS);
    const aged = await estimate(bench, ['--cache', 'kept', '--cache-ttl', '1ms', '--json'], NO_KEYS);
    const run = await bench.run(['rows.csv', '-o', 'out.csv', '--cache', 'kept', '--json']);

    const { forecast } = JSON.parse(stdout);
    const real = JSON.parse(run.stdout);
    expect(forecast).toMatchObject({ asked: 20, calls: { expected: 20 } });
    expect(JSON.parse(again.stdout)).toMatchObject({ questions: 30, cached: 10, asked: 20 });
    expect(JSON.parse(aged.stdout)).toMatchObject({ questions: 30, cached: 0, asked: 30 });
    expect(real).toMatchObject({ calls: 20, saved: { fromCache: 10 } });
    expect(bench.server.requests).toHaveLength(30);
    expect(Math.abs(forecast.cost.expected / real.cost - 1)).toBeLessThan(0.1);
  });

  it('asks every question of a file that has fewer', async () => {
    const bench = await modelBench(SERVICE, PRICED);
    await bench.write('rows.csv', corpus(9, 3));

    const { code, stdout } = await estimate(bench, ['--sample', '20', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sample: { rows: 3 }, forecast: { asked: 3 } });
  });

  it('counts tiers with the share of rows that move up', async () => {
    const answer = (request: ModelRequest) =>
      request.model === 'gpt-4.1-mini'
        ? { title: 'T', sure: Number(request.prompt.slice(0, 5)) % 2 }
        : { title: 'A much better title', sure: 1 };
    const bench = await modelBench({ ...SERVICE, answer }, `${PRICED}${SURE}`);
    await bench.write('premium.yaml', `${PRICED.replace('4.1-mini', '4.1').replace('15', '60')}${SURE}`);
    await bench.write('rows.csv', corpus(100, 100));
    const tiers = ['--tier', 'premium.yaml', '--score', 'field:sure', '--min-score', '0.5'];

    const dry = await estimate(bench, tiers, NO_KEYS);
    const { code, stdout } = await estimate(bench, [...tiers, '--sample', '40', '--json']);
    const run = await bench.run(['rows.csv', '-o', 'out.csv', ...tiers, '--json']);

    expect({ dry: dry.code, code }).toEqual({ dry: 0, code: 0 });
    expect(dry.stdout).toMatch(/tier 2 +premium, if every row moved up: [\d,]+ tokens/);
    const { sample, forecast } = JSON.parse(stdout);
    const real = JSON.parse(run.stdout);
    expect(sample.tiers).toMatchObject([{ fabric: 'fabric', share: { expected: 1 } }, { fabric: 'premium' }]);
    const { low, high } = sample.tiers[1].share;
    expect(low).toBeLessThan(high);
    expect(forecast.cost.low).toBeLessThan(forecast.cost.high);
    // Which rows are of the sample is chance, and with it how many of them move up.
    expect(forecast.calls.expected / real.calls).toBeGreaterThan(0.7);
    expect(forecast.calls.expected / real.calls).toBeLessThan(1.3);
    expect(real.calls).toBe(150);
  });

  it('is for people, with failures in it', async () => {
    const bench = await modelBench(
      {
        ...SERVICE,
        behave: ({ prompt }) => (prompt.startsWith('00003') ? { kind: 'status', status: 422 } : undefined),
      },
      PRICED,
    );
    await bench.write('rows.csv', corpus(20, 20));

    const { code, stdout } = await estimate(bench, ['--sample', '20']);

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /sample +20 rows, 20 calls; [\d,]+ tokens in, [\d,]+ out; \$0\.\d+ paid; a call took/,
    );
    expect(stdout).toMatch(/failed +unprocessable: 1 \(row 3\)\n/);
    expect(stdout).toMatch(/cost +\$0\.\d+ \(\$0\.\d+ to \$0\.\d+\)\n/);
    expect(stdout).toMatch(/time +\d/);
  });

  it('is stopped by a refused key, which it never prints', async () => {
    const key = 'sk-very-secret-0123456789-abcdefghij';
    const bench = await modelBench(SERVICE, PRICED);
    await bench.write('rows.csv', corpus(20, 20));

    const { code, stdout, stderr } = await estimate(bench, ['--sample', '5'], {
      env: { OPENAI_API_KEY: key },
    });

    expect(code).toBe(4);
    expect(stderr).toMatch(
      /stopped: .*401.*the key in OPENAI_API_KEY is refused\); 0 of 5 rows of the sample/,
    );
    expect(stdout).toMatch(/rows +20\n/);
    expect(stdout).not.toContain('by a sample');
    expect(`${stdout}${stderr}`).not.toContain(key);
  });

  it('ends with Ctrl-C once the calls in the air have landed', async () => {
    const bench = await modelBench({ ...SERVICE, latencyMs: 200 }, PRICED);
    await bench.write('rows.csv', corpus(50, 50));
    const address = ['--fabric', 'fabric.yaml', '--base-url', bench.server.url, '-r', 'none', '-c', '2'];

    const batchai = startBatchai(['estimate', 'rows.csv', ...address, '--sample', '50'], {
      cwd: bench.folder,
      env: KEYS,
    });
    await called(bench.server, 2);
    batchai.child.kill('SIGINT');
    const { code, stderr } = await batchai.finished;

    expect(code).toBe(130);
    expect(stderr).toMatch(/stopped: interrupted \(Ctrl-C\); \d of 50 rows of the sample had a result\n/);
    expect(bench.server.requests.length).toBeLessThan(50);
  });
});

describe('an estimate refuses', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['a file that is not there', ['gone.csv', '--fabric', 'local:keywords'], /there is no such file/],
    ['no fabric', ['rows.csv'], /required option '-f, --fabric <fabric>' not specified/],
    ['a fabric that it does not know', ['rows.csv', '--fabric', 'local:nothing'], /no on-device fabric/],
    ['a sample of none', ['rows.csv', '--fabric', 'local:keywords', '--sample', '0'], /--sample: wanted/],
    [
      'a sample without its key',
      ['rows.csv', '--fabric', 'described', '--sample', '5'],
      /set PROMPTHA_API_KEY/,
    ],
    ['a tier without a scorer', ['rows.csv', '--fabric', 'a', '--tier', 'b'], /--tier needs --score/],
    ['columns that are not there', ['rows.csv', '--fabric', 'a', '--inputs', 'x'], /no column "x"/],
    [
      'what a run alone takes',
      ['rows.csv', '--fabric', 'a', '--output', 'x.csv'],
      /unknown option '--output'/,
    ],
  ])('%s', async (_what, args, says) => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stdout, stderr } = await runBatchai(['estimate', ...args], { cwd: bench.folder });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });
});

const SURE = `output:
  type: object
  properties:
    title: { type: string }
    sure: { type: number }
  required: [title, sure]
  additionalProperties: false
`;

it('a fixture of this repository is estimated without a key', async () => {
  const fabric = join(FIXTURES, 'fabrics', 'product-description.yaml');

  const { code, stdout } = await runBatchai(['estimate', 'fixtures/products.csv', '--fabric', fabric]);

  expect(code).toBe(0);
  expect(stdout).toContain('the list price of gpt-6-luna at openai');
});
