import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Lock,
  LockHeldError,
  type Processes,
  refuseLocked,
  takeLock,
} from '../../src/checkpoint/lock.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Numbers that no process has. */
const ONE = 900_000_001;
const OTHER = 900_000_002;
const isLinux = process.platform === 'linux';

/** A machine on which only these processes run, seen by the first. */
function machine(pid: number, ...others: number[]): Processes {
  const running = new Set([pid, ...others]);
  return { pid, isRunning: (asked) => running.has(asked) };
}

async function taken(folder: string, processes: Processes): Promise<Lock> {
  const lock = await takeLock(folder, processes);
  onTestFinished(() => lock.release());
  return lock;
}

async function lockFile(folder: string, content: object | string, beatSecondsAgo = 0): Promise<void> {
  const path = join(folder, 'lock');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  const beat = new Date(Date.now() - beatSecondsAgo * 1000);
  await utimes(path, beat, beat);
}

async function holderOf(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, 'lock'), 'utf8'));
}

describe('a lock', () => {
  it('is held against a second taker as long as the first lives', async () => {
    const folder = await temporaryFolder();
    await taken(folder, machine(ONE));

    const second = takeLock(folder, machine(OTHER, ONE));

    await expect(second).rejects.toThrow(LockHeldError);
    await expect(second).rejects.toThrow(`number ${ONE} on ${hostname()}`);
    await expect(second).rejects.toThrow(join(folder, 'lock'));
    expect(await holderOf(folder)).toMatchObject({ pid: ONE });
    expect(await readdir(folder)).toEqual(['lock']);
  });

  it('is held against the very process that has it', async () => {
    const folder = await temporaryFolder();
    await taken(folder, machine(ONE));

    await expect(takeLock(folder, machine(ONE))).rejects.toThrow(LockHeldError);
  });

  it('is gone when it is released, and free to the next', async () => {
    const folder = await temporaryFolder();
    const first = await takeLock(folder, machine(ONE));

    await first.release();

    expect(await readdir(folder)).toEqual([]);
    await taken(folder, machine(OTHER, ONE));
    expect(await holderOf(folder)).toMatchObject({ pid: OTHER });
  });

  it('is taken over at once from a process that is gone', async () => {
    const folder = await temporaryFolder();
    await lockFile(folder, { pid: ONE, host: hostname() });

    await taken(folder, machine(OTHER));

    expect(await holderOf(folder)).toMatchObject({ pid: OTHER, host: hostname() });
  });

  it.each([
    ['torn', '{"pid":9000'],
    ['empty', ''],
    ['of another form', '{"pid":"9000","host":1}'],
    ['full of NULs', '\0'.repeat(80)],
    ['no object', 'null'],
  ])('is taken over where a crash left it %s', async (_what, content) => {
    const folder = await temporaryFolder();
    await lockFile(folder, content, 3);

    await taken(folder, machine(ONE));

    expect(await holderOf(folder)).toMatchObject({ pid: ONE });
  });

  it('of another machine is held while its heartbeat is fresh, and taken over when it is not', async () => {
    const folder = await temporaryFolder();
    await lockFile(folder, { pid: ONE, host: 'another-machine' }, 50);
    await expect(takeLock(folder, machine(OTHER))).rejects.toThrow(`number ${ONE} on another-machine`);

    await lockFile(folder, { pid: ONE, host: 'another-machine' }, 70);
    await taken(folder, machine(OTHER));

    expect(await holderOf(folder)).toMatchObject({ pid: OTHER, host: hostname() });
  });

  it('that was taken over in the meantime is not taken away by the one who had it', async () => {
    const folder = await temporaryFolder();
    const sleeper = await takeLock(folder, machine(ONE));
    await lockFile(folder, { pid: OTHER, host: 'another-machine' });

    await sleeper.release();

    expect(await holderOf(folder)).toEqual({ pid: OTHER, host: 'another-machine' });
  });

  it('clears away the try of a process that was killed at it, and not that of a living one', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `lock.${ONE}`), '');
    await writeFile(join(folder, `lock.${OTHER}`), '');

    await taken(folder, machine(3, OTHER));

    expect((await readdir(folder)).sort()).toEqual(['lock', `lock.${OTHER}`]);
  });

  it('goes to exactly one of several that find it dead', async () => {
    const folder = await temporaryFolder();
    const pids = [1, 2, 3, 4, 5].map((n) => ONE + 10 * n);
    for (let round = 0; round < 20; round++) {
      const own = join(folder, String(round));
      await mkdir(own);
      await lockFile(own, { pid: ONE, host: hostname() });

      const tries = await Promise.allSettled(pids.map((pid) => takeLock(own, machine(pid, ...pids))));

      const won = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      for (const result of tries)
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(LockHeldError);
      expect(won).toHaveLength(1);
      await won[0]?.release();
      expect(await readdir(own)).toEqual([]);
    }
  });

  it('goes to exactly one of several that start together', async () => {
    const folder = await temporaryFolder();
    const pids = [ONE, OTHER, 900_000_003];

    for (let round = 0; round < 20; round++) {
      const tries = await Promise.allSettled(pids.map((pid) => takeLock(folder, machine(pid, ...pids))));

      const won = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(won).toHaveLength(1);
      await won[0]?.release();
    }
  });

  it('is never held by two when it is handed on again and again', async () => {
    const folder = await temporaryFolder();
    const pids = [ONE, OTHER, 900_000_003, 900_000_004];
    let holders = 0;
    let turns = 0;
    const worker = async (pid: number) => {
      while (turns < 100) {
        const lock = await takeLock(folder, machine(pid, ...pids)).catch((error) => {
          if (!(error instanceof LockHeldError)) throw error;
        });
        if (lock === undefined) continue;
        holders++;
        turns++;
        expect(holders).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        holders--;
        await lock.release();
      }
    };

    await Promise.all(pids.map(worker));

    expect(turns).toBeGreaterThanOrEqual(100);
  });
});

describe.runIf(isLinux)('a lock knows its holder by when it started', () => {
  const real: Processes = {
    pid: process.pid,
    isRunning: (pid) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    },
  };

  it('and is taken over from one whose number is another process now', async () => {
    const folder = await temporaryFolder();
    await lockFile(folder, { pid: process.pid, host: hostname(), startedAt: 'of-another-boot/12345' });

    await taken(folder, real);

    expect(await holderOf(folder)).toMatchObject({ pid: process.pid });
    expect(await holderOf(folder)).not.toMatchObject({ startedAt: 'of-another-boot/12345' });
  });

  it('and is held where the number is still its own', async () => {
    const folder = await temporaryFolder();
    await taken(folder, real);

    await expect(takeLock(folder, { ...real, pid: ONE })).rejects.toThrow(`number ${process.pid}`);
  });

  it('and is held where nobody says when its process started', async () => {
    const folder = await temporaryFolder();
    await lockFile(folder, { pid: ONE, host: hostname(), startedAt: 'boot/12345' });

    // ONE runs, but /proc does not show it, as with hidepid for another user's process.
    await expect(takeLock(folder, machine(OTHER, ONE))).rejects.toThrow(LockHeldError);
  });

  it('and is taken over from a zombie, whose parent may never ask after it', async () => {
    const folder = await temporaryFolder();
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const gone = once(parent, 'close');
    onTestFinished(async () => {
      parent.kill('SIGKILL');
      await gone;
    });
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    await lockFile(folder, { pid, host: hostname(), startedAt: `${boot}/${stat()[19]}` });
    await expect(takeLock(folder, real)).rejects.toThrow(`number ${pid}`);

    process.kill(pid, 'SIGKILL');
    while (stat()[0] !== 'Z') await new Promise((resolve) => setImmediate(resolve));

    expect(real.isRunning(pid)).toBe(true);
    await taken(folder, real);
    expect(await holderOf(folder)).toMatchObject({ pid: process.pid });
  });
});

describe('looking at a lock without taking it', () => {
  it('refuses one that is held', async () => {
    const folder = await temporaryFolder();
    await taken(folder, machine(ONE));

    await expect(refuseLocked(folder, machine(OTHER, ONE))).rejects.toThrow(LockHeldError);
  });

  it('lets pass where there is none, where its holder is gone, and where there is no folder', async () => {
    const folder = await temporaryFolder();
    await refuseLocked(folder, machine(ONE));
    await refuseLocked(join(folder, 'none'), machine(ONE));
    await lockFile(folder, { pid: OTHER, host: hostname() });

    await refuseLocked(folder, machine(ONE));

    expect(await holderOf(folder)).toEqual({ pid: OTHER, host: hostname() });
  });
});
