import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rawService } from '../support/raw-service.js';
import { hasRedis, redisForTest } from '../support/redis-for-test.js';
import { runBatchai } from '../support/run-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { startWorker } from './queue-bench.js';

/** Deeper than JavaScript's own stack goes. */
const LEVELS = 20_000;
const nested = (levels: number) => `${'['.repeat(levels)}1.0${']'.repeat(levels)}`;
const ENV = { PROMPTHA_API_KEY: 'test-key', OPENAI_API_KEY: 'test-key' };

/** Three rows, of which the second is as given, and a fabric that answers the second one as given. */
async function aBench({ row = '{"id":2}', answer = '"ok"' }: { row?: string; answer?: string }) {
  const folder = await temporaryFolder();
  const service = await rawService((body) => `{"output":${body.includes('"id":2') ? answer : '"ok"'}}`);
  await writeFile(join(folder, 'rows.jsonl'), `{"id":1}\n${row}\n{"id":3}\n`);
  const options = { cwd: folder, env: ENV };
  const args = ['run', 'rows.jsonl', '-f', 'x', '--base-url', service.url, '-r', 'none', '-o', 'out.jsonl'];
  return {
    service,
    options,
    run: (...more: string[]) => runBatchai([...args, ...more], options),
    batchai: (...more: string[]) => runBatchai(more, options),
    read: (name: string) => readFile(join(folder, name), 'utf8'),
    letters: async () =>
      (await readFile(join(folder, 'out.jsonl.dead-letters.jsonl'), 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

const OTHERS = '{"id":1,"ai_output":"ok"}\n{"id":3,"ai_output":"ok"}\n';
const WITHOUT_SECOND = '{"id":1,"ai_output":"ok"}\n{"id":2,"ai_output":null}\n{"id":3,"ai_output":"ok"}\n';

describe('a value that is nested thousands deep', () => {
  it('in a row makes that row unreadable', async () => {
    const { run, read, letters, service } = await aBench({ row: `{"id":2,"deep":${nested(LEVELS)}}` });

    const stopped = await run();
    const { code } = await run('--bad-rows', 'dead-letter');

    expect([stopped.code, code]).toEqual([2, 3]);
    expect(stopped.stderr).toContain('wanted a JSON object, got one nested more than 500 deep');
    expect(service.bodies).toHaveLength(2);
    expect(await read('out.jsonl')).toBe(OTHERS);
    expect(await letters()).toMatchObject([{ row: 2, item: null, error: { kind: 'unreadable' } }]);
  });

  it('in an answer is a bad answer, of that row alone', async () => {
    const { run, read, letters } = await aBench({ answer: nested(LEVELS) });

    const { code } = await run('--attempts', '1');

    expect(code).toBe(3);
    expect(await read('out.jsonl')).toBe(WITHOUT_SECOND);
    expect(await letters()).toMatchObject([
      {
        row: 2,
        error: { kind: 'bad-answer', message: expect.stringContaining('nested more than 500 deep') },
      },
    ]);
  });

  it.skipIf(!hasRedis)(
    'in an answer to a worker is a bad answer, and the run over the queue ends',
    async () => {
      const redis = await redisForTest();
      const { run, read, options, letters } = await aBench({ answer: nested(LEVELS) });
      startWorker(['--queue', redis.url], options);

      const { code } = await run('--attempts', '1', '--queue', redis.url);

      expect(code).toBe(3);
      expect(await read('out.jsonl')).toBe(WITHOUT_SECOND);
      expect(await letters()).toMatchObject([{ row: 2, error: { kind: 'bad-answer' } }]);
    },
  );

  it('in a text that should hold an object is a bad answer', async () => {
    const folder = await temporaryFolder();
    const content = JSON.stringify(`{"a":${nested(LEVELS)}}`);
    const service = await rawService(
      () => `{"choices":[{"message":{"content":${content}},"finish_reason":"stop"}]}`,
    );
    await writeFile(join(folder, 'rows.csv'), 'id\n1\n');
    await writeFile(
      join(folder, 'fabric.yaml'),
      'provider: openai\nmodel: gpt-4.1-mini\nprompt: "{{ id }}"\noutput: { type: object, properties: { a: { type: array } }, required: [a] }\n',
    );
    const args = [
      'run',
      'rows.csv',
      '-f',
      'fabric.yaml',
      '--base-url',
      service.url,
      '-r',
      'none',
      '-o',
      'out.csv',
    ];

    const { code } = await runBatchai(args, { cwd: folder, env: ENV });

    expect(code).toBe(3);
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe('id,ai_output\n1,\n');
  });
});

describe('a value as deep as the limit allows', () => {
  // The row itself is a level, and so are an answer's body and the output's own rows.
  const deep = nested(499);

  it('goes through letters, a retry and an answer', async () => {
    const answer = nested(499);
    const { run, batchai, read, service } = await aBench({ row: `{"id":2,"deep":${deep}}`, answer });
    const refused = await run('--base-url', (await rawService(() => ({ status: 422, body: '{}' }))).url);

    const { code } = await batchai('retry', 'out.jsonl', '--base-url', service.url, '-r', 'none');

    expect([refused.code, code]).toEqual([3, 0]);
    expect(await read('out.jsonl')).toBe(
      `{"id":1,"ai_output":"ok"}\n{"id":2,"deep":${deep},"ai_output":${answer}}\n{"id":3,"ai_output":"ok"}\n`,
    );
  });
});
