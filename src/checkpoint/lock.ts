import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 5_000;
/** A holder on another machine is dead when its heartbeat is this old; clocks of machines differ by seconds. */
const DEAD_AFTER_MS = 60_000;
/** Longer than another taker can be between finding the lock dead and replacing it. */
const TAKEOVER_MS = 50;

/** Another process is running this very run. */
export class LockHeldError extends Error {
  override readonly name = 'LockHeldError';
  readonly kind = 'lock-held';
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** What tells this process from a later one with the same number; undefined where the system does not say. */
  readonly startedAt?: string;
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
    await link(beside, path);
  } catch (error) {
    if (!isExists(error)) throw error;
    await takeOver(path, beside, mine, processes);
  } finally {
    await rm(beside, { force: true });
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      await rm(path, { force: true });
    },
  };
}

/**
 * Refuses a checkpoint's folder that a living process holds, without taking its lock.
 *
 * @throws LockHeldError
 */
export async function refuseLocked(folder: string, processes: Processes): Promise<void> {
  const path = join(folder, 'lock');
  const holder = await livingHolder(path, processes);
  if (holder !== undefined) throw heldBy(holder, path);
}

async function takeOver(path: string, beside: string, mine: string, processes: Processes): Promise<void> {
  const holder = await livingHolder(path, processes);
  if (holder !== undefined) throw heldBy(holder, path);
  // Several may find the same dead lock. The last to replace it has it; the others see that after a moment.
  await rename(beside, path);
  await sleep(TAKEOVER_MS);
  const content = await readFile(path, 'utf8').catch(() => '');
  if (content !== mine) throw new LockHeldError(`another process has just taken over this run (${path})`);
}

async function livingHolder(path: string, processes: Processes): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Holder;
    const beat = await stat(path);
    return isAlive(holder, Date.now() - beat.mtimeMs, processes) ? holder : undefined;
  } catch {
    // Gone, or torn by a crash: nobody holds it.
    return undefined;
  }
}

function isAlive(holder: Holder, beatAgeMs: number, processes: Processes): boolean {
  if (holder.host !== hostname()) return beatAgeMs < DEAD_AFTER_MS;
  if (!processes.isRunning(holder.pid)) return false;
  return holder.startedAt === undefined || holder.startedAt === startOf(holder.pid);
}

function identify(pid: number): Holder {
  const startedAt = startOf(pid);
  return { pid, host: hostname(), ...(startedAt === undefined ? {} : { startedAt }) };
}

/** On Linux: the boot, and the clock ticks from it to the process's start (proc(5), field 22 of stat). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}

function heldBy(holder: Holder, path: string): LockHeldError {
  return new LockHeldError(
    `another process is running this run: number ${holder.pid} on ${holder.host}. Wait for it or stop it (its lock: ${path})`,
  );
}

function isExists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
