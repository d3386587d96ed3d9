import { describe, expect, it } from 'vitest';
import { redisForTest } from '../support/redis-for-test.js';
import { DESCRIBE, KEYS, modelBench } from './model-bench.js';
import { hasRedis, startWorker } from './queue-bench.js';
import { parseCsv, rowsCsv } from './workbench.js';

describe.skipIf(!hasRedis)('what is odd about a service’s answers', () => {
  it('is said by the coordinator, once however many workers meet it', async () => {
    const redis = await redisForTest();
    const bench = await modelBench(
      {
        latencyMs: 50,
        behave: ({ prompt }) => ({
          kind: 'body',
          body: {
            ...{ object: 'chat.completion', model: 'gemini-3.5-flash-lite' },
            choices: [{ index: 0, message: { role: 'assistant', content: prompt }, finish_reason: 'stop' }],
            usage: { prompt_tokens: 10, completion_tokens: 1e15, total_tokens: 1e15 + 10 },
          },
        }),
      },
      DESCRIBE.replace(/^model: .*$/m, 'model: gemini-2.5-flash'),
    );
    const long = 'many words, '.repeat(500);
    await bench.write('rows.csv', rowsCsv(40).replace(/^00001,[^\n]*$/m, `00001,"${long}",x`));
    for (const name of ['tethys', 'dione']) {
      startWorker(['--queue', redis.url, '--name', name, '-c', '2'], { cwd: bench.folder, env: KEYS });
    }

    const args = ['rows.csv', '-o', 'out.csv', '--queue', redis.url, '-b', '2', '--meta-columns', '--json'];
    const { code, stdout, stderr } = await bench.run(args);

    expect(code, stderr).toBe(0);
    const said = [
      /gemini-2\.5-flash was asked for, and gemini-3\.5-flash-lite answers/g,
      /the service says that a call took \S+ /g,
      /the service counted 10 tokens in a prompt of \d+ characters/g,
    ];
    for (const words of said) expect(stderr.match(words), stderr).toHaveLength(1);
    expect(JSON.parse(stdout).otherModels).toEqual({ 'gemini-3.5-flash-lite': 40 });
    const rows = parseCsv(await bench.read('out.csv'));
    expect(new Set(rows.map((row) => row.ai_model))).toEqual(new Set(['gemini-3.5-flash-lite']));
  });
});
