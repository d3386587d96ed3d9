import { DEFAULT_PREFIX } from '../protocol/protocol.js';
import { QueueError } from '../protocol/queue-error.js';

/** Where a queue is. Its password is in it: never print it as a whole. */
export interface RedisAddress {
  readonly place: RedisPlace;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  readonly tls: boolean;
  /** The URL without users and passwords. */
  readonly shown: string;
}

/** A server, or the sentinels that know which server of several is the master at the moment. */
export type RedisPlace =
  | ({ readonly kind: 'server' } & HostAndPort)
  | {
      readonly kind: 'sentinels';
      readonly sentinels: readonly HostAndPort[];
      /** The name under which the sentinels watch the master. */
      readonly name: string;
      readonly username?: string;
      readonly password?: string;
    };

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const SCHEMES: Readonly<Record<string, { readonly tls: boolean }>> = {
  'redis:': { tls: false },
  'rediss:': { tls: true },
};

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;

/**
 * Reads `redis://[user:password@]host[:port][/database]`, or with sentinels
 * `redis+sentinel://[user:password@]host[:port][,host[:port]…]/name[/database]`, where `?sentinel-user=…` and
 * `?sentinel-password=…` are what the sentinels themselves ask for. `rediss` and `rediss+sentinel` use TLS.
 *
 * @throws QueueError that repeats nothing of a URL that cannot be read: a password may stand anywhere in it.
 */
export function readRedisUrl(text: string): RedisAddress {
  refuseUnescaped(text);
  return /^\s*rediss?\+sentinel:/i.test(text) ? readSentinelUrl(text.trim()) : readServerUrl(text);
}

function readServerUrl(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url === undefined ? undefined : SCHEMES[url.protocol];
  if (url === undefined || scheme === undefined || url.hostname === '' || url.hostname.includes(',')) {
    throw new QueueError(
      'address',
      'the queue is a URL like redis://host:6379, rediss://user:password@host or redis+sentinel://host1,host2/name',
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
    place: { kind: 'server', host, port: url.port === '' ? REDIS_PORT : Number(url.port) },
    ...(url.username === '' ? {} : { username: decoded(url.username) }),
    ...(url.password === '' ? {} : { password: decoded(url.password) }),
    db: Number(db),
    tls: scheme.tls,
    shown: `${url.protocol}//${url.host}${db === '' ? '' : `/${db}`}`,
  };
}

/** By hand: a URL's standard knows one host. */
const SENTINEL_URL =
  /^(?<scheme>rediss?)\+sentinel:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#@]+)\/(?<name>[^/?#]+)(?:\/(?<db>\d*))?(?:\?(?<query>[^#]*))?$/i;

function readSentinelUrl(text: string): RedisAddress {
  const {
    scheme = '',
    user = '',
    password = '',
    hosts = '',
    name = '',
    db = '',
    query = '',
  } = SENTINEL_URL.exec(text)?.groups ?? {};
  const sentinels = hosts.split(',').map(readHost);
  const known = sentinels.filter((sentinel) => sentinel !== undefined);
  const { user: itsUser, password: itsPassword, others } = readSentinelQuery(query);
  if (name === '' || known.length !== sentinels.length || others.length > 0) {
    throw new QueueError(
      'address',
      'the queue is a URL like redis+sentinel://host1:26379,host2:26379/name: sentinels, then the name of the master that they watch; ?sentinel-user= and ?sentinel-password= may follow',
    );
  }
  return {
    place: {
      kind: 'sentinels',
      sentinels: known,
      name: decoded(name),
      ...(itsUser === undefined ? {} : { username: itsUser }),
      ...(itsPassword === undefined ? {} : { password: itsPassword }),
    },
    ...(user === '' ? {} : { username: decoded(user) }),
    ...(password === '' ? {} : { password: decoded(password) }),
    db: Number(db),
    tls: scheme.toLowerCase() === 'rediss',
    shown: `${scheme.toLowerCase()}+sentinel://${hosts}/${name}${db === '' ? '' : `/${db}`}`,
  };
}

/** `host`, `host:26379` or `[::1]:26379`. */
function readHost(text: string): HostAndPort | undefined {
  const found = /^(?:\[(?<address>[\da-f:.]+)\]|(?<host>[^:[\]\s]+))(?::(?<port>\d{1,5}))?$/i.exec(
    text,
  )?.groups;
  const host = found?.address ?? found?.host;
  const port = found?.port === undefined ? SENTINEL_PORT : Number(found.port);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

function readSentinelQuery(query: string) {
  const given = new URLSearchParams(query);
  return {
    user: given.get('sentinel-user') ?? undefined,
    password: given.get('sentinel-password') ?? undefined,
    others: [...given.keys()].filter((key) => key !== 'sentinel-user' && key !== 'sentinel-password'),
  };
}

/**
 * A password's `/`, `?` or `#` ends the part of a URL that it is in: what comes before it is then taken for a host.
 *
 * @throws QueueError where an `@` stands behind one.
 */
function refuseUnescaped(text: string): void {
  if (!/^\s*rediss?(?:\+sentinel)?:\/\/[^/?#]*[/?#].*@/is.test(text)) return;
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
