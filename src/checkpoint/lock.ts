import { readFileSync } from 'node:fs';
import { link, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Holder } from './holder-form.js';

const HEARTBEAT_MS = 5_000;
/** A holder on another machine is dead when its heartbeat is this old; clocks of machines differ by seconds. */
const DEAD_AFTER_MS = 60_000;
/** Longer than another taker can be between finding the lock dead and replacing it. */
const TAKEOVER_MS = 150;

/** A lock without a holder is older than this only where a crash has torn it. */
const WRITTEN_WITHIN_MS = 2_000;

/**
 * Another process is running this very run.
 *
 * @example
 * if (error instanceof LockHeldError) process.exitCode = 5;
 */
export class LockHeldError extends Error {
  override readonly name = 'LockHeldError';
  readonly kind = 'lock-held';
}

export interface Lock {
  release(): Promise<void>;
}

/** The processes of this machine, as far as a lock asks about them. */
export interface Processes {
  /** This process's own number. */
  readonly pid: number;
  isRunning(pid: number): boolean;
}

/**
 * Takes the lock of a checkpoint's folder. It is a file that names its holder, so that the lock of a
 * killed process is taken over at once: on this machine by asking whether the process lives (its start
 * time guards against reused process numbers), for a holder on another machine by its heartbeat.
 *
 * @throws LockHeldError
 */
export async function takeLock(folder: string, processes: Processes): Promise<Lock> {
  const path = join(folder, 'lock');
  const mine = JSON.stringify(identify(processes.pid));
  const beside = `${path}.${processes.pid}`;
  await writeFile(beside, mine, { mode: 0o600 });
  try {
    let isMine = false;
    while (!isMine)
      isMine = (await takeFree(path, beside, mine)) || (await takeDead(path, beside, mine, processes));
  } finally {
    await rm(beside, { force: true });
  }
  await removeLeftovers(folder, processes);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      // After a long sleep of this machine, another one may have taken it over.
      if ((await contentOf(path)) === mine) await rm(path, { force: true });
    },
  };
}

/**
 * Refuses a checkpoint's folder that a living process holds, without taking its lock.
 *
 * @throws LockHeldError
 */
export async function refuseLocked(folder: string, processes: Processes): Promise<void> {
  await refuseLiving(join(folder, 'lock'), processes);
}

/** Who has taken the lock of a checkpoint's folder, and whether that process lives. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** False: it left without giving the lock back. Of another machine's process as of its last heartbeat. */
  readonly isAlive: boolean;
}

/** Who holds a checkpoint's folder; undefined where nobody does. It touches nothing. */
export async function readLockHolder(folder: string, processes: Processes): Promise<LockHolder | undefined> {
  const path = join(folder, 'lock');
  const content = await contentOf(path);
  const beat = await stat(path).catch(() => undefined);
  const holder = content === undefined || beat === undefined ? undefined : await parseHolder(content);
  if (holder === undefined || beat === undefined) return undefined;
  const { pid, host } = holder;
  return { pid, host, isAlive: isAlive(holder, Date.now() - beat.mtimeMs, processes) };
}

/** The tries of processes that were killed while they took the lock. */
async function removeLeftovers(folder: string, processes: Processes): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/^lock\.(\d+)$/.exec(name)?.[1]);
    if (pid > 0 && !processes.isRunning(pid)) await rm(join(folder, name), { force: true });
  }
}

/** What file systems without hard links say (FAT, exFAT, many of networks). */
const CANNOT_LINK: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Takes a lock that nobody has; false where there is one. */
async function takeFree(path: string, beside: string, mine: string): Promise<boolean> {
  try {
    await link(beside, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!CANNOT_LINK.has(codeOf(error))) throw error;
    return createExclusively(path, mine);
  }
}

/** The same where there are no hard links: for a moment the lock is there and does not say whose it is. */
async function createExclusively(path: string, mine: string): Promise<boolean> {
  try {
    await writeFile(path, mine, { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the lock of a dead holder; false where it has just been given back, and is free to whoever is first. */
async function takeDead(path: string, beside: string, mine: string, processes: Processes): Promise<boolean> {
  if ((await refuseLiving(path, processes)) === 'gone') return false;
  // Several may find the same dead lock. The last to replace it has it; the others see that after a moment.
  await rename(beside, path);
  await sleep(TAKEOVER_MS);
  if ((await contentOf(path)) === mine) return true;
  throw new LockHeldError(`another process has just taken over this run (${path})`);
}

async function refuseLiving(path: string, processes: Processes): Promise<'dead' | 'gone'> {
  const content = await contentOf(path);
  const beat = await stat(path).catch(() => undefined);
  if (content === undefined || beat === undefined) return 'gone';
  const holder = await parseHolder(content);
  const beatAgeMs = Date.now() - beat.mtimeMs;
  if (holder === undefined && beatAgeMs < WRITTEN_WITHIN_MS)
    throw new LockHeldError(`another process is just taking this run (${path}); try again in a moment`);
  if (holder === undefined || !isAlive(holder, beatAgeMs, processes)) return 'dead';
  throw new LockHeldError(
    `another process is running this run: number ${holder.pid} on ${holder.host}. Wait for it or stop it (its lock: ${path})`,
  );
}

/** Undefined where a crash has torn the file, or it holds something else: then nobody holds the lock. */
async function parseHolder(content: string): Promise<Holder | undefined> {
  let found: unknown;
  try {
    found = JSON.parse(content);
  } catch {
    return undefined;
  }
  // A lock is rarely there, and a run that finds none does not wait for the schemas to load.
  const { holderForm } = await import('./holder-form.js');
  const { success, data } = holderForm.safeParse(found);
  return success ? data : undefined;
}

function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function isAlive(holder: Holder, beatAgeMs: number, processes: Processes): boolean {
  if (holder.host !== hostname()) return beatAgeMs < DEAD_AFTER_MS;
  if (!processes.isRunning(holder.pid)) return false;
  const startedAt = startOf(holder.pid);
  // Where the system does not tell (hidepid, or no Linux), a process of that number is taken for the holder.
  return holder.startedAt === undefined || startedAt === undefined || holder.startedAt === startedAt;
}

function identify(pid: number): Holder {
  const startedAt = startOf(pid);
  return { pid, host: hostname(), ...(startedAt === undefined ? {} : { startedAt }) };
}

/** On Linux: the boot, and the clock ticks from it to the process's start (proc(5), fields 3 and 22 of stat). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie is dead, though it keeps its number until its parent, in a container perhaps never, has asked.
    const ticks = fields[0] === 'Z' ? 'ended' : fields[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
