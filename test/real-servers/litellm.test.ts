import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CALLS_A_MINUTE, LITELLM_KEY, type LitellmProxy, litellmProxy, PRICE } from './litellm-proxy.js';
import { CONTEXT_TOKENS, type LlamaServer, llamaServer } from './llama-server.js';
import { type FabricFile, realRuns, words } from './real-runs.js';

const bin = inject('realServers');

describe.skipIf(bin === null)('a run over LiteLLM before llama-server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'batchai-litellm-'));
  let upstream: LlamaServer;
  let proxy: LitellmProxy;
  const runs = (model: string, fabric: Partial<FabricFile> = {}) =>
    realRuns({ baseUrl: proxy.baseUrl, model, ...fabric }, LITELLM_KEY);

  beforeAll(async () => {
    upstream = await llamaServer(bin ?? '', folder);
    proxy = await litellmProxy(bin ?? '', folder, upstream.baseUrl);
    upstream.process.start();
    proxy.process.start();
    await upstream.process.untilItAnswers(upstream.healthUrl, (status) => status === 200);
    await proxy.process.untilItAnswers(proxy.healthUrl, (status) => status === 200);
  });
  afterAll(async () => {
    await proxy.process.end();
    await upstream.process.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('counts what the proxy says that a call cost, not what a list says', async () => {
    const over = await runs('small');

    const { code, stdout } = await over.run(words(3), ['--meta-columns']);

    expect(code).toBe(0);
    const rows = await over.output();
    for (const row of rows) {
      // The proxy counts a token from its cache as one that is read.
      const cost = Number(row.ai_tokens_in) * PRICE.in + Number(row.ai_tokens_out) * PRICE.out;
      expect(Number(row.ai_cost)).toBeCloseTo(cost, 6);
    }
    expect(JSON.parse(stdout)).toMatchObject({ total: 3, succeeded: 3 });
  });

  it.each([
    ['a key that the proxy does not know', 'small', 'sk-of-somebody-else', 'No connected db.'],
    ['a model that it does not have', 'nothing', LITELLM_KEY, 'Invalid model name passed in'],
    ['a key of the proxy itself that is no longer good', 'stale', LITELLM_KEY, 'Invalid API Key'],
  ])('stops at %s and blames no row', async (_what, model, key, message) => {
    const over = await runs(model);

    const { code, stdout, stderr } = await over.run(words(4), [], key);

    expect(code, stderr).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ succeeded: 0, failed: 0 });
    expect(stderr).toContain(message);
    await expect(over.letters()).rejects.toThrow('ENOENT');
  });

  it('stops when the budget that the proxy keeps is spent, and blames no row', async () => {
    const over = await runs('poor');

    const { code, stdout, stderr } = await over.run(words(4), ['--concurrency', '1']);

    expect(code, stderr).toBe(4);
    expect(stderr).toContain('crossed budget');
    expect(JSON.parse(stdout)).toMatchObject({ failed: 0 });
    await expect(over.letters()).rejects.toThrow('ENOENT');
  });

  it('lays aside the row that is longer than the context of the model behind, and that one alone', async () => {
    const over = await runs('small');
    const long = { id: 'long', word: 'word '.repeat(2 * CONTEXT_TOKENS) };

    const { code } = await over.run([...words(2), long, ...words(2)]);

    expect(code).toBe(3);
    expect(await over.letters()).toMatchObject([{ row: 3, error: { kind: 'too-large', status: 400 } }]);
  });

  it('answers all rows of a model that may be called three times a minute', async () => {
    const over = await runs('limited');

    const { code, stderr } = await over.run(words(CALLS_A_MINUTE + 2));

    expect(code, stderr).toBe(0);
    expect(await over.output()).toHaveLength(CALLS_A_MINUTE + 2);
  });

  it('loses no row when the server behind the proxy is killed in mid-run and started again', async () => {
    const over = await runs('small');
    const run = await over.start(words(200), ['--concurrency', '8']);
    await over.untilAnswered();

    await upstream.process.end('SIGKILL');
    upstream.process.start();
    const { code, stderr } = await run.finished;

    expect(code, stderr).toBe(0);
    expect((await over.output()).map(({ id }) => id)).toEqual(words(200).map(({ id }) => id));
  });

  it('loses no row when the proxy is killed in mid-run and started again', async () => {
    const over = await runs('small');
    const run = await over.start(words(200), ['--concurrency', '8']);
    await over.untilAnswered();

    await proxy.process.end('SIGKILL');
    proxy.process.start();
    const { code, stderr } = await run.finished;

    expect(code, stderr).toBe(0);
    expect((await over.output()).map(({ id }) => id)).toEqual(words(200).map(({ id }) => id));
  });
});
