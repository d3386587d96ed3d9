import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A command that starts on a core of its own, or on the two of them, where this system can do that. */
export type Side = 'client' | 'server' | 'both';

const allowed = allowedCores();
const canPin = allowed.length >= 2 && spawnSync('taskset', ['--version']).status === 0;

/** The client alone on one core, the server on another: neither takes time from the other. Many processes share both. */
export function pinned(side: Side, command: readonly string[]): readonly string[] {
  if (!canPin) return command;
  const [client, server] = allowed;
  const cores = { client: `${client}`, server: `${server}`, both: `${client},${server}` }[side];
  return ['taskset', '-c', cores, ...command];
}

export const pinning = canPin
  ? `client pinned to core ${allowed[0]}, server to core ${allowed[1]}`
  : 'NOT pinned (needs taskset and two cores): client and server share what there is';

function allowedCores(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    return list.split(',').flatMap(coresOfRange);
  } catch {
    return []; // not Linux
  }
}

/** `0-3` or `5`. */
function coresOfRange(range: string): number[] {
  const [first = Number.NaN, last = first] = range.split('-').map(Number);
  return Number.isNaN(first) ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
