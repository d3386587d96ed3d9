import { DEFAULT_PREFIX } from '../protocol/protocol.js';
import { QueueError } from '../protocol/queue-error.js';

/** Where a queue is. Its password is in it: never print it as a whole. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  readonly tls: boolean;
  /** The URL without user and password. */
  readonly shown: string;
}

const SCHEMES: Readonly<Record<string, { readonly tls: boolean }>> = {
  'redis:': { tls: false },
  'rediss:': { tls: true },
};

/**
 * Reads `redis://[user:password@]host[:port][/database]`, or `rediss://…` for TLS.
 *
 * @throws QueueError that repeats nothing of a URL that cannot be read: a password may stand anywhere in it.
 */
export function readRedisUrl(text: string): RedisAddress {
  refuseUnescaped(text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url === undefined ? undefined : SCHEMES[url.protocol];
  if (url === undefined || scheme === undefined || url.hostname === '') {
    throw new QueueError(
      'address',
      'the queue is a URL like redis://host:6379 or rediss://user:password@host',
    );
  }
  const db = /^\/?(\d*)$/.exec(url.pathname)?.[1];
  if (db === undefined || url.search !== '' || url.hash !== '') {
    throw new QueueError(
      'address',
      "after the queue's host only the number of a database may follow, like redis://host:6379/2",
    );
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: url.port === '' ? 6379 : Number(url.port),
    ...(url.username === '' ? {} : { username: decoded(url.username) }),
    ...(url.password === '' ? {} : { password: decoded(url.password) }),
    db: Number(db),
    tls: scheme.tls,
    shown: `${url.protocol}//${url.host}${db === '' ? '' : `/${db}`}`,
  };
}

/**
 * A password's `/`, `?` or `#` ends the part of a URL that it is in: what comes before it is then taken for a host.
 *
 * @throws QueueError where an `@` stands behind one.
 */
function refuseUnescaped(text: string): void {
  if (!/^\s*rediss?:\/\/[^/?#]*[/?#].*@/is.test(text)) return;
  throw new QueueError(
    'address',
    "the user or the password in the queue's URL holds a / ? or #: write %2F, %3F or %23 for it (and %40 for @, %25 for %)",
  );
}

/**
 * The prefix of all keys: the default one, or what was asked for.
 *
 * @throws QueueError where it has no hash tag, without which a cluster would spread a run's keys.
 */
export function readPrefix(text: string = DEFAULT_PREFIX): string {
  if (/^[^\s{}]*\{[^\s{}]+\}[^\s{}]*$/.test(text)) return text;
  throw new QueueError('address', `the queue's prefix needs one part in braces, like {mine}: got ${text}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that stands for itself.
    return text;
  }
}
