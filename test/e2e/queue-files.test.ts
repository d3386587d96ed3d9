import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { png } from '../fabric/attachments/tiny-files.js';
import type { ModelRequest } from '../support/fake-model-server.js';
import { redisForTest, type TestRedis } from '../support/redis-for-test.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { KEYS, type ModelBench, modelBench } from './model-bench.js';
import { hasRedis, keysOfRuns, kill, QUEUE_TIMINGS, startWorker, terminate } from './queue-bench.js';
import { parseJsonl } from './workbench.js';

const CAPTION = `provider: openai
model: gpt-4o
keyEnv: OPENAI_API_KEY
attachments: [front, back]
prompt: A caption of {{ id }}, please.
`;

/** Answers with what came, by the sizes of the pictures. */
function seen({ files }: Pick<ModelRequest, 'files'>): string {
  return files.map(({ base64 = '', url }) => url ?? sizeOf(base64)).join(' and ') || 'no file';
}

function sizeOf(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  return `${bytes.readUInt32BE(16)}×${bytes.readUInt32BE(20)}`;
}

/** A bench with so many rows, each of which names a picture of its own; workers stand in a folder without any. */
async function pictureBench(rows: number, { server = {}, redis }: PictureOptions) {
  const bench = await modelBench({ answer: seen, ...server }, CAPTION);
  const elsewhere = await temporaryFolder();
  const table = ['id,front,back'];
  for (let row = 1; row <= rows; row++) {
    await writeFile(bench.path(`${row}.png`), png(row, 2));
    table.push(`${row},${row}.png,`);
  }
  await bench.write('rows.csv', `${table.join('\n')}\n`);
  const here = { cwd: bench.folder, timings: QUEUE_TIMINGS, env: { BATCHAI_QUEUE_URL: redis.url } };
  return {
    ...bench,
    here,
    worker: (name: string, ...args: string[]) =>
      startWorker(['--queue', redis.url, '--name', name, ...args], { ...here, cwd: elsewhere, env: KEYS }),
  };
}

interface PictureOptions {
  readonly server?: Parameters<typeof modelBench>[0];
  readonly redis: Pick<TestRedis, 'url'>;
}

const BATCH = 5;
const OUT = ['rows.csv', '--no-progress', '-b', `${BATCH}`, '-o'];

function bodies({ server }: ModelBench, from = 0): string[] {
  return server.requests
    .slice(from)
    .map(({ bodyText }) => bodyText)
    .sort();
}

function captions(rows: number, but: Readonly<Record<number, string>> = {}): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const row = index + 1;
    return `${row},${row}.png,,${but[row] ?? `${row}×2`}`;
  });
  return `${['id,front,back,ai_output', ...lines].join('\n')}\n`;
}

describe.skipIf(!hasRedis)('files over a queue', () => {
  it('come from the coordinator: requests, output and dead letters are those of a run on one machine', async () => {
    const redis = await redisForTest();
    const bench = await pictureBench(12, { redis });
    const others = [
      'a,"[""1.png"",""./2.png""]",3.png',
      'b,,',
      'c,gone.png,',
      'd,1.png,rows.csv',
      'e,.,1.png',
      'f,https://me.example/x.png,4.png',
      'g,file:///etc/passwd,1.png',
      'h,[1.png,',
    ];
    await bench.write('rows.csv', `${await bench.read('rows.csv')}${others.join('\n')}\n`);
    const alone = await bench.run([...OUT, 'alone.csv', '--no-dedupe']);
    const sentAlone = bodies(bench);
    const callsAlone = bench.server.requests.length;
    for (const name of ['tethys', 'dione']) bench.worker(name);

    const queued = await bench.run([...OUT, 'queued.csv'], bench.here);

    expect([alone.code, queued.code], queued.stderr).toEqual([3, 3]);
    expect(queued.stderr).toContain('; files are sent to them from here\n');
    expect(bodies(bench, callsAlone)).toEqual(sentAlone);
    expect(await bench.read('queued.csv')).toBe(await bench.read('alone.csv'));
    const letters = async (name: string) =>
      parseJsonl(await bench.read(`${name}.dead-letters.jsonl`)).map(({ row, error }) => [row, error]);
    expect(await letters('queued.csv')).toEqual(await letters('alone.csv'));
    await until(async () => (await keysOfRuns(redis)).length === 0);
  });

  it('are sent to whoever goes on with the rows of a worker that was killed while it waited for them', async () => {
    const { bench, coordinator, asks, redis } = await frozenCoordinator(10);
    const first = bench.worker('tethys', '-c', '3');
    await until(async () => (await asks()) === 3);

    await kill(first);
    coordinator.child.kill('SIGCONT');
    bench.worker('dione');
    const { code, stderr } = await coordinator.finished;

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(captions(10));
    expect(bench.server.requests).toHaveLength(10);
    await until(async () => (await keysOfRuns(redis)).length === 0);
  });

  it('lie in Redis only up to the room for them, and those of a worker that is killed go to another', async () => {
    const redis = await redisForTest();
    const bench = await pictureBench(12, { redis });
    for (let row = 1; row <= 12; row++)
      await writeFile(bench.path(`${row}.png`), Buffer.concat([png(row, 2), Buffer.alloc(6_000_000)]));
    const first = bench.worker('tethys', '-c', '12');
    const seen: number[] = [];
    const run = bench.start([...OUT, 'out.csv'], bench.here);
    const look = async () => {
      const bytes = await bytesOfFiles(redis);
      seen.push(bytes);
      return bytes;
    };

    await until(async () => (await look()) > 0);
    first.child.kill('SIGSTOP');
    let looks = 0;
    await until(async () => {
      await look();
      return ++looks === 100;
    });
    await kill(first);
    bench.worker('dione');
    let isOver = false;
    const finished = run.finished.finally(() => {
      isOver = true;
    });
    await until(async () => {
      await look();
      return isOver;
    });
    const { code, stderr } = await finished;

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(captions(12));
    expect(Math.max(...seen)).toBeLessThanOrEqual(32 * 1024 * 1024);
    await until(async () => (await keysOfRuns(redis)).length === 0);
  });

  it('are waited for while the coordinator is dead, and no call is made twice when it is resumed', async () => {
    const { bench, coordinator, asks, redis } = await frozenCoordinator(10);
    await kill(coordinator);
    bench.worker('tethys', '-c', '3');
    await until(async () => (await asks()) === 3);
    bench.worker('dione', '-c', '3');

    const { code, stderr } = await bench.run([...OUT, 'out.csv', '--resume'], bench.here);

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(captions(10));
    expect(bench.server.requests).toHaveLength(10);
    await until(async () => (await keysOfRuns(redis)).length === 0);
  });

  it('are waited for no longer by a worker that is stopped, which hands their rows back', async () => {
    const { bench, coordinator, asks } = await frozenCoordinator(4);
    const first = bench.worker('tethys');
    await until(async () => (await asks()) === 4);

    const stopped = await terminate(first);
    coordinator.child.kill('SIGCONT');
    bench.worker('dione');
    const { code, stderr } = await coordinator.finished;

    expect([stopped.code, code], stderr).toEqual([0, 0]);
    expect(await bench.read('out.csv')).toBe(captions(4));
  });

  it('fail their row where they were changed since the look at them, or are gone', async () => {
    const { bench, coordinator } = await frozenCoordinator(4);
    await writeFile(bench.path('2.png'), png(50, 50));
    await rm(bench.path('3.png'));
    coordinator.child.kill('SIGCONT');
    bench.worker('tethys');

    const { code, stderr } = await coordinator.finished;

    expect(code, stderr).toBe(3);
    expect(await bench.read('out.csv')).toBe(captions(4, { 2: '', 3: '' }));
    const letters = parseJsonl(await bench.read('out.csv.dead-letters.jsonl'));
    expect(letters.map(({ error }) => error)).toEqual([
      {
        kind: 'unprocessable',
        message: '2.png: it was changed while the run went on; try the row again',
      },
      { kind: 'unprocessable', message: '3.png: there is no such file' },
    ]);
  });

  it('go with the steps that name them, also under another name, and a retry asks no answered step again', async () => {
    const redis = await redisForTest();
    const state = { broken: true };
    const server = {
      behave: ({ prompt }: ModelRequest) =>
        state.broken && prompt.includes('Compare 2') ? ({ kind: 'status', status: 422 } as const) : undefined,
    };
    const bench = await pictureBench(3, { redis, server });
    await bench.write('rows.csv', 'id,front,back\n1,1.png,2.png\n2,2.png,3.png\n3,3.png,\n');
    await bench.write('behind.yaml', `${CAPTION.replace('[front, back]', '[picture]')}`);
    await bench.write('steps.yaml', STEPS);
    const steps = ['--fabric', 'steps.yaml'];
    const alone = await bench.run([...OUT, 'alone.csv', ...steps]);
    const sentAlone = bodies(bench);
    const callsAlone = bench.server.requests.length;
    for (const name of ['tethys', 'dione']) bench.worker(name);

    const queued = await bench.run([...OUT, 'queued.csv', ...steps], bench.here);
    const sent = bodies(bench, callsAlone);
    state.broken = false;
    const before = bench.server.requests.length;
    const retried = await bench.batchai(['retry', 'queued.csv'], {
      ...bench.here,
      env: { ...bench.here.env },
    });

    expect([alone.code, queued.code], queued.stderr).toEqual([3, 3]);
    expect(sent).toEqual(sentAlone);
    expect(await bench.read('queued.csv')).toContain(
      '3,3.png,,"{""see"":""3×2"",""behind"":null,""compare"":""3×2""}"',
    );
    expect(retried.code, retried.stderr).toBe(0);
    expect(bench.server.requests.slice(before).map(({ prompt }) => prompt)).toEqual(['Compare 2']);
  });
});

const STEPS = `provider: openai
model: gpt-4o
keyEnv: OPENAI_API_KEY
steps:
  - name: see
    attachments: front
    prompt: "See {{ id }}"
  - name: behind
    when: back != blank
    fabric: behind.yaml
    inputs: [id, picture=back]
  - name: compare
    attachments: [front, back]
    prompt: "Compare {{ id }}"
`;

/** What lies in Redis of files. */
async function bytesOfFiles({ redis }: TestRedis): Promise<number> {
  const script = `local bytes = 0
for _, key in ipairs(redis.call('KEYS', '*:files')) do
  for _, field in ipairs(redis.call('HKEYS', key)) do bytes = bytes + redis.call('HSTRLEN', key, field) end
end
return bytes`;
  return Number(await redis.eval(script, 0));
}

/** A coordinator that has queued all of its rows and stands still, so that the questions of workers stay open. */
async function frozenCoordinator(rows: number) {
  const redis = await redisForTest();
  const bench = await pictureBench(rows, { redis });
  const coordinator = bench.start([...OUT, 'out.csv'], bench.here);
  const found = async (end: string) => (await redis.keys()).find((key) => key.endsWith(end));
  const waiting = async () => {
    const key = await found(':wait');
    return key === undefined ? 0 : redis.redis.llen(key);
  };
  await until(async () => (await waiting()) === Math.ceil(rows / BATCH));
  coordinator.child.kill('SIGSTOP');
  const asks = async () => {
    const key = await found(':file-asks');
    return key === undefined ? 0 : redis.redis.zcard(key);
  };
  return { bench, coordinator, asks, redis };
}
