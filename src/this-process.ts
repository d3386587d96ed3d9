import { hostname } from 'node:os';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Processes } from './checkpoint/lock.js';
import { VERSION } from './version.js';

/**
 * This process, as far as a run asks about it: the one place besides the command line that touches it, since the
 * library runs in it too. All else is handed these.
 */

/** This machine's processes. */
export const processes: Processes = {
  pid: process.pid,
  isRunning(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // It is there, but somebody else's.
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  },
};

/** This process, as others on a queue see it. */
export function self(): { readonly host: string; readonly pid: number; readonly version: string } {
  return { host: hostname(), pid: process.pid, version: VERSION };
}

/** `20.19.4` */
export const NODE_VERSION = process.versions.node;

/** The JSON schema of fabric files, as it was installed: for editors, which find it by its path. */
export const FABRIC_SCHEMA_FILE = fileURLToPath(
  new URL('../docs/reference/fabric-file.schema.json', import.meta.url),
);

/** Its variables. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** Opened when they are asked for, and not before: a program that reads files has no use for them. */
export const standardStreams = {
  get input(): Readable {
    return process.stdin;
  },
  get output(): NodeJS.WritableStream {
    return process.stdout;
  },
};

/** Ends a process and all that it started, where it leads a group of its own. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
