import { describe, expect, it } from 'vitest';
import { hasRedis, redisForTest } from '../support/redis-for-test.js';
import { DESCRIBE, KEYS, modelBench } from './model-bench.js';

const KEY = 'sk-test-5f2b9a7c1d3e';

describe('doctor', () => {
  it('says of each thing that a run needs that it is there, and never the key', async () => {
    const bench = await modelBench({}, DESCRIBE);

    const { code, stdout, stderr } = await bench.batchai(
      ['doctor', 'fabric.yaml', '-o', 'out.csv', '--cache'],
      {
        env: { OPENAI_API_KEY: KEY },
      },
    );

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ok {7}node {5}\d+\.\d+\.\d+$/m);
    expect(stdout).toContain('ok       fabric   fabric.yaml: gpt-4.1-mini (openai)\n');
    expect(stdout).toMatch(/^ok {7}key {6}OPENAI_API_KEY is set \(20 characters, SHA-256 [\da-f]{8}…\)$/m);
    expect(stdout).toContain('ok       address  https://api.openai.com/v1\n');
    expect(stdout).toMatch(/^ok {7}disk {5}output in \.: [\d.,]+ .?B free$/m);
    expect(stdout).toMatch(/^ok {7}disk {5}cache in /m);
    expect(stdout).not.toContain(KEY);
    expect(bench.server.requests).toHaveLength(0);
  });

  it('ends with 2 where something would stop a run, and says what to do', async () => {
    const bench = await modelBench({}, DESCRIBE);
    const queue = 'redis//:secret@127.0.0.1';

    const { code, stdout } = await bench.batchai(
      ['doctor', 'fabric.yaml', '-o', 'out.csv', '--queue', queue],
      { env: { HTTPS_PROXY: 'ftp://ann:secret@proxy' } },
    );

    expect(code).toBe(2);
    expect(stdout).toContain('problem  key      the fabric "fabric" needs a key: set OPENAI_API_KEY\n');
    expect(stdout).toContain('problem  address  HTTPS_PROXY: wanted the address of an http or https proxy');
    expect(stdout).toMatch(/^problem {2}queue /m);
    expect(stdout).not.toContain('secret');
  });

  it('makes one call where it is asked to, and says whether the key is accepted', async () => {
    const bench = await modelBench({}, DESCRIBE);
    const asked = ['doctor', 'fabric.yaml', '--call', '--base-url', bench.server.url];

    const accepted = await bench.batchai(asked, { env: KEYS });
    const refused = await bench.batchai(asked, { env: { OPENAI_API_KEY: KEY } });

    expect(accepted.code).toBe(0);
    expect(accepted.stdout).toMatch(/^ok {7}call {5}answered in /m);
    expect(refused.code).toBe(2);
    expect(refused.stdout).toMatch(/^problem {2}call .*the key in OPENAI_API_KEY is refused$/m);
    expect(refused.stdout).not.toContain(KEY);
  });

  it('says everything that is wrong with a fabric file, a line each', async () => {
    const bench = await modelBench({}, DESCRIBE.replace('model:', 'modell:').replace('system', 'sytem'));

    const { code, stdout } = await bench.batchai(['doctor', 'fabric.yaml']);

    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^problem {2}fabric {3}fabric\.yaml:1: model: .*\n {18}fabric\.yaml:2: modell: .*\n/m,
    );
  });

  it('says without a fabric which keys are there', async () => {
    const bench = await modelBench();

    const some = await bench.batchai(['doctor', '--json'], { env: { GROQ_API_KEY: KEY } });
    const none = await bench.batchai(['doctor'], { env: {} });

    expect(JSON.parse(some.stdout)).toMatchObject({
      ok: true,
      checks: [
        { name: 'node', state: 'ok' },
        { name: 'key', state: 'ok', text: expect.stringMatching(/^GROQ_API_KEY is set/) },
        { name: 'disk', state: 'ok' },
      ],
    });
    expect(none.code).toBe(0);
    expect(none.stdout).toMatch(/^note {5}key {6}none of OPENAI_API_KEY, .* is set/m);
  });

  it('offers the .env that may have the key, without reading it', async () => {
    const bench = await modelBench({}, DESCRIBE);
    await bench.write('.env', `OPENAI_API_KEY=${KEY}\n`);

    const lacking = await bench.batchai(['doctor', 'fabric.yaml'], { env: {} });
    const bare = await bench.batchai(['doctor'], { env: {} });
    const given = await bench.batchai(['doctor', 'fabric.yaml', '--env-file', '.env'], { env: {} });

    expect(lacking.code).toBe(2);
    expect(lacking.stdout).toContain(
      '\n                  There is a .env beside fabric.yaml: add --env-file .env\n',
    );
    expect(bare.stdout).toContain('There is a .env beside this folder: add --env-file .env\n');
    expect(given.code, given.stdout).toBe(0);
    expect(given.stdout).not.toContain('There is a .env');
  });

  it.skipIf(!hasRedis)('asks the Redis of a queue', async () => {
    const bench = await modelBench();
    const { url } = await redisForTest();

    const { code, stdout } = await bench.batchai(['doctor'], { env: { BATCHAI_QUEUE_URL: url } });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {7}queue {4}redis:\/\/127\.0\.0\.1:\d+.* answers$/m);
  });
});
