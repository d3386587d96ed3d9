import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type OwnRedis, ownRedisForTest } from '../support/redis-for-test.js';
import { runBatchai } from '../support/run-batchai.js';
import { startBatchai } from '../support/start-batchai.js';
import { until } from '../support/until.js';
import { DRAW_OUT, idIn, modelBench } from './model-bench.js';
import { hasRedis, ownQueueBench, startWorker, terminate } from './queue-bench.js';
import { rowsCsv } from './workbench.js';

const KEY = 'sk-very-secret-0123456789-abcdefghij-QUITE-LONG-key';
/** Long enough that nobody could take it for chance, short enough that half a key is found too. */
const TELLTALE = KEY.slice(0, 20);
/** Of each row: what was written is not just empty. */
const OF_A_ROW = 'blue';

describe.skipIf(!hasRedis)('on a queue, the key is written nowhere', () => {
  it('for a fabric at Promptha, whatever the service repeats', async () => {
    const bench = await ownQueueBench({
      apiKey: KEY,
      latencyMs: 50,
      behave: ({ inputs }) =>
        Number(inputs.id) % 10 === 3
          ? { kind: 'status', status: 422, body: { message: `Bearer ${KEY} may not do this` } }
          : undefined,
    });
    await bench.write('rows.csv', rowsCsv(200));
    const worker = bench.worker('tethys', [], { cwd: bench.folder, env: { PROMPTHA_API_KEY: KEY } });
    const run = bench.start(['rows.csv', '-o', 'out.csv', '-b', '20']);
    await until(() => bench.server.requests.length > 100);

    const during = await dump(bench.redis);
    run.child.kill('SIGINT');
    const interrupted = await run.finished;
    const after = await dump(bench.redis);
    const resumed = await bench.run(['rows.csv', '-o', 'out.csv', '-b', '20', '--resume']);
    const ended = await terminate(worker);

    expect([interrupted.code, resumed.code, ended.code]).toEqual([130, 3, 0]);
    for (const said of [interrupted, resumed, ended]) expectNoKey(said.stdout + said.stderr);
    const written = await everWritten(bench.redis);
    // What lies there at one moment is chance: a batch that is collected is gone.
    for (const text of [OF_A_ROW, 'may not do this']) expect(written.includes(text)).toBe(true);
    for (const lying of [during, after, written]) expectNoKey(lying);
    for (const name of await filesIn(bench.folder)) expectNoKey(await readFile(name, 'latin1'));
  });

  it('for a fabric file, when the service refuses it and repeats it', async () => {
    const redis = await ownRedisForTest();
    const answered = { count: 0 };
    const bench = await modelBench(
      {
        apiKey: KEY,
        latencyMs: 20,
        answer: (request) => ({ title: `${idIn(request)}: the key is ${KEY}, yes`, tags: [KEY] }),
        behave: () =>
          ++answered.count > 100
            ? { kind: 'status', status: 401, body: { error: { message: `Incorrect API key: ${KEY}.` } } }
            : undefined,
      },
      `${DRAW_OUT}keyEnv: THE_KEY\n`,
    );
    await bench.write('rows.csv', rowsCsv(200));
    const cwd = bench.folder;
    const worker = startWorker(['--queue', redis.url, '--name', 'tethys'], { cwd, env: { THE_KEY: KEY } });
    const args = ['rows.csv', '-o', 'out.csv', '--columns', '--queue', redis.url];

    const stopped = await bench.run(args, { cwd, env: {} });
    const lying = await dump(redis);
    const ended = await terminate(worker);

    expect(stopped.code, stopped.stderr).toBe(4);
    expect(stopped.stderr).toContain('Incorrect API key: [key].');
    expect(stopped.stderr).toContain('the key in THE_KEY is refused');
    expect(lying.includes('THE_KEY')).toBe(true);
    expect((await everWritten(redis)).includes('the key is [key], yes')).toBe(true);
    for (const said of [stopped, ended]) expectNoKey(said.stdout + said.stderr);
    for (const text of [lying, await everWritten(redis)]) expectNoKey(text);
    for (const name of await filesIn(bench.folder)) expectNoKey(await readFile(name, 'latin1'));
  });

  it('where the coordinator has it in its own environment', async () => {
    const bench = await ownQueueBench();
    await bench.write('rows.csv', rowsCsv(20));
    const env = { PROMPTHA_API_KEY: KEY, BATCHAI_QUEUE_URL: bench.redis.url };
    const run = startBatchai(
      ['run', 'rows.csv', '-o', 'out.csv', '-f', 'x', '--base-url', bench.server.url, '-r', 'none'],
      { cwd: bench.folder, env },
    );
    await run.stderrIncludes('no worker yet');

    const lying = await dump(bench.redis);
    const status = await runBatchai(['queue', 'status', '--json'], { env });
    run.child.kill('SIGINT');
    await run.finished;

    expect(lying.includes('PROMPTHA_API_KEY')).toBe(true);
    for (const text of [lying, status.stdout, await everWritten(bench.redis)]) expectNoKey(text);
  });
});

function expectNoKey(text: string): void {
  expect(text.includes(TELLTALE), text.slice(Math.max(0, text.indexOf(TELLTALE) - 200))).toBe(false);
}

/** Every key of every type, with all that is in it, as readable text. */
async function dump({ redis, keys }: OwnRedis): Promise<string> {
  const contents = await Promise.all(
    (await keys()).map(async (key) => {
      switch (await redis.type(key)) {
        case 'string':
          return [key, await redis.get(key)];
        case 'hash':
          return [key, await redis.hgetall(key)];
        case 'list':
          return [key, await redis.lrange(key, 0, -1)];
        case 'set':
          return [key, await redis.smembers(key)];
        case 'zset':
          return [key, await redis.zrange(key, '0', '-1', 'WITHSCORES')];
        case 'stream':
          return [key, await redis.xrange(key, '-', '+')];
        default:
          return [key];
      }
    }),
  );
  return JSON.stringify(contents);
}

/** All that was ever sent to be kept: the append-only file, which a test's Redis never rewrites. */
async function everWritten({ redis }: OwnRedis): Promise<string> {
  const [, folder = ''] = (await redis.config('GET', 'dir')) as string[];
  const texts = await Promise.all((await filesIn(folder)).map((name) => readFile(name, 'latin1')));
  return texts.join('');
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
