import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ResumingExecutor } from '../../src/batch/resuming-executor.js';
import { answered, batchOf, rowsFrom } from '../batch/some-rows.js';
import { hasRedis, redisForTest, type TestRedis } from '../support/redis-for-test.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { aCoordinator, aRun, connected } from './a-queue.js';

const MAIN = fileURLToPath(new URL('../support/queue-worker-main.ts', import.meta.url));
const CONCURRENCY = 10;

async function workers(redis: TestRedis, latencyMs: number) {
  const log = join(await temporaryFolder(), 'calls');
  await writeFile(log, '');
  const start = (name: string): ChildProcess => {
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, redis.url, name, `${latencyMs}`, log]);
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    return child;
  };
  const lines = async () => (await readFile(log, 'utf8')).trimEnd().split('\n');
  return { start, lines };
}

describe.skipIf(!hasRedis)('processes that are killed', () => {
  it('workers and coordinators, in any order: every row has its answer, and few calls are made twice', async () => {
    const redis = await redisForTest();
    const { start, lines } = await workers(redis, 40);
    const run = aRun();
    const alive = [start('one'), start('two')];
    const answers = new Map<number, unknown>();
    const ROWS = 3_000;
    let kills = 0;
    const kill = async () => {
      const victim = alive.shift();
      victim?.kill('SIGKILL');
      if (victim !== undefined) await once(victim, 'exit');
      alive.push(start(`after ${kills++}`));
    };

    // What is in `answers` is what the journal would have kept.
    const coordinate = async (isLast: boolean) => {
      const connection = await connected(redis);
      const { executor } = await aCoordinator(connection, {
        run,
        token: randomUUID(),
        ledger: {
          record: async (result) => {
            if (result.status === 'answered') answers.set(result.row.number, result.answer);
          },
          finished: () => {},
          abandoned: () => {},
        },
      });
      const resuming = new ResumingExecutor(executor, {
        finishedBefore: (row) =>
          answers.has(row.number) ? answered(row, `${answers.get(row.number)}`) : undefined,
        resumed: () => {},
      });
      const batches = Array.from({ length: ROWS / 50 }, (_, nth) =>
        resuming.run(batchOf(50 * nth + 1, 50 * nth + 50)),
      );
      const done = Promise.all(batches);
      if (isLast) {
        await done;
        await executor.finish();
      } else {
        done.catch(() => {});
        await until(() => executor.workers.length > 0);
        await kill();
        await sleep(300);
        connection.close();
      }
    };
    for (const isLast of [false, false, true]) {
      const coordinating = coordinate(isLast);
      if (isLast) {
        await sleep(1_500);
        await kill();
      }
      await coordinating;
    }

    expect([...answers.entries()].sort(([a], [b]) => a - b)).toEqual(
      rowsFrom(1, ROWS).map(({ number }) => [number, `answer ${number}`]),
    );
    const said = await lines();
    const calls = said.filter((line) => line.startsWith('call')).length;
    expect(calls - ROWS).toBeLessThanOrEqual(kills * CONCURRENCY);
    expect((await redis.keys()).filter((key) => !key.startsWith('{batchai}:worker'))).toEqual([]);
  });

  it('a worker that is asked to end hands its batches over at once, and no call is made twice', async () => {
    const redis = await redisForTest();
    const { start, lines } = await workers(redis, 60);
    const { executor } = await aCoordinator(await connected(redis));
    const running = Promise.all([executor.run(batchOf(1, 50)), executor.run(batchOf(51, 100))]);
    const first = start('first');
    await until(async () => (await lines()).filter((line) => line.startsWith('answer')).length >= 20);

    first.kill('SIGTERM');
    const [code] = await once(first, 'exit');
    start('second');
    const results = await running;

    expect(code).toBe(0);
    expect(results.flat().every(({ status }) => status === 'answered')).toBe(true);
    const calls = (await lines()).filter((line) => line.startsWith('call'));
    expect(new Set(calls).size).toBe(calls.length);
  });
});
