import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CONTEXT_TOKENS, LLAMA_KEY, type LlamaServer, llamaServer } from './llama-server.js';
import { type FabricFile, realRuns, words } from './real-runs.js';

const bin = inject('realServers');

describe.skipIf(bin === null)('a run over llama-server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'batchai-llama-server-'));
  let server: LlamaServer;
  const runs = (fabric: Partial<FabricFile> = {}) =>
    realRuns({ baseUrl: server.baseUrl, ...fabric }, LLAMA_KEY);
  const untilLoaded = () => {
    server.process.start();
    return server.process.untilItAnswers(server.healthUrl, (status) => status === 200);
  };

  beforeAll(async () => {
    server = await llamaServer(bin ?? '', folder);
  });
  afterAll(async () => {
    await server.process.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('waits while the model loads', async () => {
    const over = await runs();
    server.process.start();
    const loading = await server.process.untilItAnswers(server.healthUrl, () => true);
    const said = await loading.json();

    const { code, stdout } = await over.run(words(4));

    expect(said).toEqual({ error: { message: 'Loading model', type: 'unavailable_error', code: 503 } });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ total: 4, succeeded: 4, failed: 0 });
  });

  it('loses no row when the server is killed in mid-run and started again', async () => {
    await untilLoaded();
    const over = await runs();
    const run = await over.start(words(200), ['--concurrency', '8']);
    await over.untilAnswered();

    await server.process.end('SIGKILL');
    server.process.start();
    const { code, stdout, stderr } = await run.finished;

    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ total: 200, succeeded: 200, failed: 0 });
    expect((await over.output()).map(({ id }) => id)).toEqual(words(200).map(({ id }) => id));
  });

  it('lays aside the row that is longer than the context, and that one alone', async () => {
    await untilLoaded();
    const over = await runs();
    const long = { id: 'long', word: 'word '.repeat(2 * CONTEXT_TOKENS) };

    const { code } = await over.run([...words(2), long, ...words(2)]);

    expect(code).toBe(3);
    expect(await over.letters()).toMatchObject([{ row: 3, error: { kind: 'too-large', status: 400 } }]);
    expect(
      (await over.output()).filter(({ ai_output }) => ai_output === null || ai_output === ''),
    ).toHaveLength(1);
  });

  it('lays aside the rows whose answers were cut', async () => {
    await untilLoaded();
    const over = await runs({ parameters: { temperature: 0, max_tokens: 3 } });

    const { code } = await over.run(words(3));

    expect(code).toBe(3);
    expect((await over.letters()).map(({ error }) => error.kind)).toEqual([
      'truncated',
      'truncated',
      'truncated',
    ]);
  });

  it('gets answers of the form that the schema states', async () => {
    await untilLoaded();
    const over = await runs({ output: CITY, parameters: FOR_JSON });

    const { code } = await over.run(words(4), ['--columns']);

    expect(code).toBe(0);
    const rows = await over.output();
    for (const { ai_city: city, ai_people: people } of rows) {
      expect(typeof city).toBe('string');
      expect(Number.isInteger(people)).toBe(true);
    }
    expect(rows).toHaveLength(4);
  });

  it('keeps the form where the server refuses a pattern without ^ and $', async () => {
    await untilLoaded();
    const output = withPattern('[A-Za-z]+');
    const over = await runs({ output, parameters: FOR_JSON });

    const { code, stderr } = await over.run(words(3));

    expect(code, stderr).toBe(0);
    for (const { ai_output } of await over.output()) {
      expect(ai_output).toEqual({ city: expect.stringMatching(/[A-Za-z]+/) });
    }
  });

  it('writes no answer that breaks a pattern which the server passes over in silence', async () => {
    await untilLoaded();
    const over = await runs({ output: withPattern('^(?=a)[a-z]{1,8}$'), parameters: FOR_JSON });

    const { code } = await over.run(words(4));

    expect([0, 3]).toContain(code);
    for (const { ai_output } of await over.output()) {
      if (ai_output !== null) expect(ai_output).toEqual({ city: expect.stringMatching(/^a[a-z]{0,7}$/) });
    }
  });

  it('stops at a wrong key and blames no row', async () => {
    await untilLoaded();
    const over = await runs();

    const { code, stderr } = await over.run(words(4), [], 'sk-of-somebody-else');

    expect(code).toBe(4);
    expect(stderr).toContain('Invalid API Key');
    await expect(over.letters()).rejects.toThrow('ENOENT');
  });

  it('stops at a parameter that the server refuses, and blames no row', async () => {
    await untilLoaded();
    const over = await runs({ parameters: { temperature: 'hot', max_tokens: 8 } });

    const { code, stderr } = await over.run(words(4));

    expect(code).toBe(4);
    expect(stderr).toContain('temperature');
  });

  it('is answered by the model that is loaded, whatever name it asks for', async () => {
    await untilLoaded();
    const over = await runs({ model: 'gpt-of-dreams' });

    const { code } = await over.run(words(2), ['--meta-columns']);

    expect(code).toBe(0);
    for (const row of await over.output()) expect(row.ai_model).toMatch(/SmolLM2-135M-Instruct/);
  });
});

/** Where a blank ends no answer. */
const FOR_JSON = { temperature: 0, max_tokens: 100 };

const CITY = {
  type: 'object',
  properties: { city: { type: 'string', maxLength: 12 }, people: { type: 'integer', maximum: 99_999 } },
  required: ['city', 'people'],
  additionalProperties: false,
};

function withPattern(pattern: string): object {
  return {
    type: 'object',
    properties: { city: { type: 'string', pattern } },
    required: ['city'],
    additionalProperties: false,
  };
}
