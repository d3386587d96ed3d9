import type { Redis } from 'ioredis';
import { QueueError } from '../protocol/queue-error.js';

/** The first Redis that has all commands that are used (LPOP with a count). All of Valkey has them. */
const OLDEST_REDIS = [6, 2] as const;

/**
 * Looks whether a server can keep a queue: new enough, and never throwing keys away. INFO says both, and is
 * allowed where CONFIG is not.
 *
 * @throws QueueError (version, evicts)
 */
export async function checkServer(redis: Redis, shownUrl: string): Promise<void> {
  const info = await redis.info();
  const valkey = infoValue(info, 'valkey_version');
  const version = infoValue(info, 'redis_version') ?? '';
  if (valkey === undefined && !isAtLeast(version, OLDEST_REDIS)) {
    throw new QueueError(
      'version',
      `the queue at ${shownUrl} is Redis ${version || 'of no known version'}: it takes Redis ${OLDEST_REDIS.join('.')} or later, or Valkey`,
    );
  }
  const policy = infoValue(info, 'maxmemory_policy') ?? 'noeviction';
  if (policy !== 'noeviction') {
    throw new QueueError(
      'evicts',
      `the queue at ${shownUrl} throws keys away when its memory is full (maxmemory-policy ${policy}): rows would be lost; set it to noeviction`,
    );
  }
}

function infoValue(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
