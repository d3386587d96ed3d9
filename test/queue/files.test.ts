import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ByteRoom } from '../../src/fabric/attachments/byte-room.js';
import type { Fabric } from '../../src/fabric/fabric.js';
import type { FilesToSend } from '../../src/queue/coordinator/file-sender.js';
import { runKeys } from '../../src/queue/protocol/protocol.js';
import type { QueueConnection } from '../../src/queue/redis/redis-connection.js';
import type { FilesElsewhere } from '../../src/queue/worker/asked-files.js';
import type { OpenRun } from '../../src/queue/worker/served-run-executor.js';
import { batchOf } from '../batch/some-rows.js';
import { hasRedis, ownRedisForTest, redisForTest, type TestRedis } from '../support/redis-for-test.js';
import { until } from '../support/until.js';
import { aCoordinator, aRun, aWorker, connected, opening, SHORT } from './a-queue.js';

const PREFIX = '{batchai}';
const ROOM = 1024 * 1024;

interface HeldFiles {
  /** Of the file of each row, by its number. */
  readonly bytesOf?: (row: number) => number;
  /** What reading waits for. */
  readonly gate?: Promise<void>;
}

/** Files as a coordinator may have them: one a row, full of its number. */
function files({ bytesOf = () => 300_000, gate }: HeldFiles = {}) {
  const read: number[] = [];
  const sent: FilesToSend = {
    room: new ByteRoom(ROOM),
    fileOf: ({ number }, place) =>
      place > 0
        ? undefined
        : {
            size: async () => bytesOf(number),
            read: async (_position, bytes) => {
              read.push(number);
              await gate;
              return contentOf(number, bytes);
            },
          },
  };
  return { sent, read };
}

function contentOf(row: number, length: number) {
  const bytes = Buffer.alloc(length, row);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), version: 'the first' };
}

/** Answers rows with what their files hold. */
function reading(elsewhere: FilesElsewhere): Fabric {
  return {
    async run({ row }) {
      const size = await elsewhere.sizeOf(row, 0);
      const file = await elsewhere.read(row, 0, 0);
      return { answer: 'problem' in file ? file.problem : `${size} ${file.sha256}`, latencyMs: 1 };
    },
    inFlight: 0,
    close: async () => {},
  };
}

const openReading: OpenRun = (run, sinks, calls) => opening(reading(sinks.files))(run, sinks, calls);

async function coordinating(redis: Pick<TestRedis, 'url'>, sent: FilesToSend, timings = SHORT) {
  const run = aRun({ files: { kind: 'sent', columns: ['number'] } });
  const coordinator = await aCoordinator(await connected(redis), { run, files: sent, timings });
  return { ...coordinator, keys: runKeys(PREFIX, run.id) };
}

function answersOf(rows: number, bytesOf: (row: number) => number): string[] {
  return Array.from({ length: rows }, (_, index) => {
    const bytes = bytesOf(index + 1);
    return `${bytes} ${contentOf(index + 1, bytes).sha256}`;
  });
}

/** A worker's part by hand: it hears the coordinator, asks what it likes, and takes nothing. */
async function ghost({ redis }: Pick<TestRedis, 'redis'>, keys: ReturnType<typeof runKeys>) {
  const subscriber = redis.duplicate();
  onTestFinished(() => subscriber.disconnect());
  const words: unknown[] = [];
  subscriber.on('message', (_channel, text) => words.push(JSON.parse(text)));
  await subscriber.subscribe(keys.fileWords('ghost'));
  let asked = 0;
  return { words, ask: (text: string) => redis.zadd(keys.fileAsks, asked++, text) };
}

/** How many files lie there, and their bytes. */
async function lying(redis: Redis, key: string): Promise<readonly [files: number, bytes: number]> {
  const script = `local fields = redis.call('HKEYS', KEYS[1])
local bytes = 0
for _, field in ipairs(fields) do bytes = bytes + redis.call('HSTRLEN', KEYS[1], field) end
return {#fields, bytes}`;
  return (await redis.eval(script, 1, key)) as [number, number];
}

async function batchIdIn({ redis }: Pick<TestRedis, 'redis'>, open: string): Promise<string> {
  await until(async () => (await redis.scard(open)) === 1);
  return (await redis.smembers(open))[0] ?? '';
}

describe.skipIf(!hasRedis)('files of rows', () => {
  it('lie in Redis up to the room for them, and a part that is larger lies there alone', async () => {
    const redis = await redisForTest();
    const bytesOf = (row: number) => (row % 9 === 4 ? 3 * ROOM : 300_000);
    const { executor, keys } = await coordinating(redis, files({ bytesOf }).sent);
    for (let worker = 0; worker < 2; worker++) await aWorker(await connected(redis), openReading);
    const seen: (readonly [number, number])[] = [];
    let isOver = false;

    const running = Promise.all([1, 11, 21, 31].map((first) => executor.run(batchOf(first, first + 9))));
    void running.finally(() => {
      isOver = true;
    });
    while (!isOver) seen.push(await lying(redis.redis, keys.files));
    const results = (await running).flat();

    expect(results.map((result) => result.status === 'answered' && result.answer)).toEqual(
      answersOf(40, bytesOf),
    );
    expect(seen.filter(([count, bytes]) => count > 1 && bytes > ROOM)).toEqual([]);
    expect(Math.max(...seen.map(([count]) => count))).toBeGreaterThan(1);
    expect(Math.max(...seen.map(([, bytes]) => bytes))).toBeLessThanOrEqual(3 * ROOM);
    await executor.finish();
    expect((await redis.keys()).filter((key) => key.includes(':run:'))).toEqual([]);
  });

  it('go after a moment where their worker does not take them, and make room for others', async () => {
    const redis = await redisForTest();
    const { executor, keys } = await coordinating(redis, files({ bytesOf: () => ROOM }).sent);
    const { words, ask } = await ghost(redis, keys);
    void executor.run(batchOf(1, 2));
    const batch = await batchIdIn(redis, keys.open);

    await ask(`bytes ghost 7 ${batch} 1 0 0`);
    await ask(`bytes ghost 8 ${batch} 2 0 0`);
    await until(() => words.length === 2);
    await until(async () => (await redis.redis.exists(keys.files)) === 0);

    const sent = (nth: number, row: number) => ({
      ...{ nth, kind: 'sent', version: 'the first' },
      sha256: contentOf(row, ROOM).sha256,
    });
    expect(words).toEqual([sent(7, 1), sent(8, 2)]);
  });

  it('are left to nobody where the worker that asked is gone', async () => {
    const redis = await redisForTest();
    const { sent, read } = files();
    const { executor, keys } = await coordinating(redis, sent, { ...SHORT, keepFileMs: 60_000 });
    const { words, ask } = await ghost(redis, keys);
    void executor.run(batchOf(1, 2));
    const batch = await batchIdIn(redis, keys.open);

    for (let nth = 0; nth < 10; nth++) await ask(`bytes dead ${nth} ${batch} 1 0 0`);
    await until(() => read.length === 10);
    await ask(`bytes ghost 1 ${batch} 2 0 0`);
    await until(() => words.length === 1);

    expect(await lying(redis.redis, keys.files)).toEqual([1, 300_000]);
  });

  it('are none but those of rows that are outstanding', async () => {
    const redis = await redisForTest();
    const { sent, read } = files();
    const { executor, keys } = await coordinating(redis, sent);
    const { words, ask } = await ghost(redis, keys);
    void executor.run(batchOf(1, 2));
    const batch = await batchIdIn(redis, keys.open);

    const others = ['3 0 0', '1 1 0', '/etc/passwd 0 0', '1 -1 0', '1 0 -1', '1 0'].map(
      (other) => `${batch} ${other}`,
    );
    others.push('other 1 0 0');
    for (const [nth, other] of others.entries()) {
      await ask(`size ghost ${nth} ${other}`);
      await ask(`bytes ghost ${nth} ${other}`);
    }
    await ask('');
    await ask(`size ghost 99 ${batch} 1 0 0`);
    await until(() => words.length > 0);

    expect(words).toEqual([{ nth: 99, kind: 'size', bytes: 300_000 }]);
    expect(read).toEqual([]);
    expect(await redis.redis.exists(keys.files)).toBe(0);
  });

  it('are asked for again of a Redis that has lost everything', async () => {
    const redis = await redisForTest();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { sent, read } = files({ gate });
    const { executor } = await coordinating(redis, sent);
    await aWorker(await connected(redis), openReading);
    const running = executor.run(batchOf(1, 3));
    await until(() => read.length === 3);

    await redis.redis.flushdb();
    open();
    const results = await running;

    expect(results.map((result) => result.status === 'answered' && result.answer)).toEqual(
      answersOf(3, () => 300_000),
    );
  });

  it('are not taken where something else came of them on the way', async () => {
    const redis = await redisForTest();
    const { sent } = files();
    const broken: FilesToSend = {
      ...sent,
      fileOf: (row, place) => {
        const file = sent.fileOf(row, place);
        return (
          file && {
            ...file,
            read: async () => ({ ...contentOf(1, 300_000), sha256: contentOf(2, 300_000).sha256 }),
          }
        );
      },
    };
    const { executor } = await coordinating(redis, broken);
    await aWorker(await connected(redis), openReading);

    const [result] = await executor.run(batchOf(1, 1));

    expect(result).toMatchObject({ answer: 'what came of it over the queue is not what was sent' });
  });

  it('are not in the append-only file', async () => {
    const redis = await ownRedisForTest();
    const { executor } = await coordinating(redis, files().sent);
    await aWorker(await connected(redis), openReading);

    const results = await executor.run(batchOf(1, 20));

    expect(results.every(({ status }) => status === 'answered')).toBe(true);
    expect(await bytesOnDisk(await connected(redis))).toBeLessThan(300_000);
  });
});

async function bytesOnDisk({ redis }: QueueConnection): Promise<number> {
  const [, folder = ''] = (await redis.config('GET', 'dir')) as string[];
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
