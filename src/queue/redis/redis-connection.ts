import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { sharedKeys } from '../protocol/protocol.js';
import { QueueError } from '../protocol/queue-error.js';
import type { ConnectionEvent } from '../protocol/queue-news.js';
import { checkServer } from './check-server.js';
import {
  type HostAndPort,
  type RedisAddress,
  type RedisPlace,
  readPrefix,
  readRedisUrl,
} from './redis-url.js';

export interface QueueAddress {
  readonly url: string;
  /** Of all keys; with a part in braces. */
  readonly prefix?: string | undefined;
  /** What is taken for a server that is gone, in ms without an answer. */
  readonly silenceMs?: number;
}

/** Waits between two attempts to reach the server, in ms: growing to this. */
const LONGEST_RECONNECT_MS = 1_000;
const FIRST_CONNECT_MS = 10_000;
/** Closing a connection that is closed already keeps the process so long, in ms: ioredis has 2 s. */
const DISCONNECT_MS = 200;
/** A server that leaves commands without any answer for so long is taken for gone (frozen, or cut off), in ms. */
const SILENCE_MS = 10_000;
/** The same on connections on which commands wait for seconds on purpose. */
const BLOCKING_SILENCE_MS = 30_000;
const REFUSED_RETRY_MS = 1_000;

/** A connection to the server of a queue, of which everything else makes its own where it has to block. */
export class QueueConnection {
  readonly #others = new Set<Redis>();
  readonly #closing = new AbortController();
  readonly #listeners = new Set<(event: ConnectionEvent) => void>();
  #lostAt: number | undefined;
  #fullAt: number | undefined;

  constructor(
    /** For commands that do not block. */
    readonly redis: Redis,
    readonly prefix: string,
    /** Where the queue is, without user and password. */
    readonly shownUrl: string,
  ) {
    redis.on('close', () => {
      if (this.#lostAt !== undefined || this.isClosed) return;
      this.#lostAt = performance.now();
      this.#tell({ kind: 'lost' });
    });
    redis.on('ready', () => {
      if (this.#lostAt === undefined) return;
      this.#tell({ kind: 'back', afterMs: performance.now() - this.#lostAt });
      this.#lostAt = undefined;
    });
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** The server answers, as far as is known. */
  get isUp(): boolean {
    return this.redis.status === 'ready';
  }

  onEvent(listener: (event: ConnectionEvent) => void): void {
    this.#listeners.add(listener);
  }

  /** Another connection to the same server, closed together with this one. */
  another(): Redis {
    const redis = this.redis.duplicate({ socketTimeout: BLOCKING_SILENCE_MS });
    redis.on('error', ignore);
    redis.on('end', () => this.#others.delete(redis));
    this.#others.add(redis);
    return redis;
  }

  /**
   * Does what can be done twice, again and again until the server lets it: through a loss of the connection,
   * and while the server refuses to write.
   *
   * @throws whatever else goes wrong, and anything after `close`
   */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    // That others can read says nothing.
    let isRefused = false;
    for (;;) {
      try {
        const done = await work();
        if (isRefused) this.#wasWritten();
        return done;
      } catch (error) {
        if (this.isClosed || !(error instanceof Error)) throw error;
        isRefused = isRefusedWrite(error);
        if (isRefused) this.#wasRefused(error);
        else if (!isConnectionTrouble(error)) throw error;
      }
      await sleep(REFUSED_RETRY_MS, undefined, { signal: this.#closing.signal }).catch(ignore);
      if (this.isClosed) throw new Error('the connection to the queue was closed');
    }
  }

  /** Sets who else holds connections that have to end with this one. */
  onClose(listener: () => void): void {
    this.#closing.signal.addEventListener('abort', listener, { once: true });
  }

  /** Ends it at once; commands that wait fail. */
  close(): void {
    this.#closing.abort();
    for (const redis of this.#others) redis.disconnect();
    this.redis.disconnect();
  }

  #wasRefused(error: Error): void {
    if (this.#fullAt !== undefined) return;
    this.#fullAt = performance.now();
    this.#tell({ kind: 'full', message: error.message });
  }

  #wasWritten(): void {
    if (this.#fullAt === undefined) return;
    this.#tell({ kind: 'writable', afterMs: performance.now() - this.#fullAt });
    this.#fullAt = undefined;
  }

  #tell(event: ConnectionEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/**
 * Connects to a queue, and checks that its server is fit for one.
 *
 * @throws QueueError (address, unreachable, auth, version, evicts)
 */
export async function connectToQueue({ url, prefix, silenceMs }: QueueAddress): Promise<QueueConnection> {
  const checkedPrefix = readPrefix(prefix);
  const address = readRedisUrl(url);
  let isConnected = false;
  const redis = new Redis(optionsFor(address, () => isConnected, silenceMs));
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  try {
    await redis.connect();
    isConnected = true;
    await checkServer(redis, address.shown);
    await checkDatabase(redis, address);
    // A user without a right to these keys is told so now.
    await redis.exists(sharedKeys(checkedPrefix).runs);
  } catch (error) {
    redis.disconnect();
    throw error instanceof QueueError ? error : refusal(address, [lastError, error]);
  }
  return new QueueConnection(redis, checkedPrefix, address.shown);
}

/** @throws QueueError: ioredis goes on in database 0 where the server refuses another. */
async function checkDatabase(redis: Redis, { db, shown }: RedisAddress): Promise<void> {
  if (db === 0) return;
  try {
    await redis.select(db);
  } catch (error) {
    if (!(error instanceof Error) || isConnectionTrouble(error)) throw error;
    throw new QueueError('address', `the queue at ${shown} has no database ${db} (${error.message})`);
  }
}

/** As ioredis declares them, `replyMapping` fits none of its constructors. */
type Options = Omit<RedisOptions, 'replyMapping'>;

function optionsFor(address: RedisAddress, isConnected: () => boolean, silenceMs = SILENCE_MS): Options {
  const { place, username, password, db, tls } = address;
  return {
    ...(place.kind === 'server' ? serverOptions(place, tls) : sentinelOptions(place, tls, isConnected)),
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    lazyConnect: true,
    // Commands wait for the server, however long it is gone.
    maxRetriesPerRequest: null,
    connectTimeout: FIRST_CONNECT_MS,
    disconnectTimeout: DISCONNECT_MS,
    socketTimeout: silenceMs,
    keepAlive: 10_000,
    retryStrategy: reconnectAfterMs,
    // A master that was made a replica: another connection finds the new one, and the command is sent again.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  };
}

function serverOptions({ host, port }: HostAndPort, tls: boolean): Options {
  // A server's name is for hosts that have one (RFC 6066, 3): later versions of Node throw where it is an address.
  return { host, port, ...(tls ? { tls: isIP(host) === 0 ? { servername: host } : {} } : {}) };
}

function sentinelOptions(
  { sentinels, name, username, password }: RedisPlace & { kind: 'sentinels' },
  tls: boolean,
  isConnected: () => boolean,
): Options {
  return {
    sentinels: [...sentinels],
    name,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    // Without ioredis's own ear for failovers: what it hears while it asks for the master ends the client for good
    // (findings/ioredis-failover-ends-client.sh).
    // Sentinels that do not answer at the start are an error; later on they are waited for, as the server is.
    sentinelRetryStrategy: (times) => (isConnected() ? reconnectAfterMs(times) : null),
    sentinelReconnectStrategy: reconnectAfterMs,
  };
}

function reconnectAfterMs(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 10), LONGEST_RECONNECT_MS);
}

/** Of the errors of a first connection, the one that says most. */
function refusal({ shown, place, password }: RedisAddress, errors: readonly unknown[]): QueueError {
  const messages = errors.map((error) =>
    error instanceof Error ? withoutArguments(error.message, password) : '',
  );
  const denied = messages.find((message) =>
    /WRONGPASS|NOAUTH|NOPERM|invalid (username|password)/i.test(message),
  );
  if (denied !== undefined) {
    return new QueueError('auth', `the queue at ${shown} refuses: ${denied.split('\n', 1)[0]}`);
  }
  const reason = messages.find((message) => message !== '') ?? 'no answer';
  const question = place.kind === 'server' ? 'is Redis running there?' : `do they watch ${place.name}?`;
  return new QueueError('unreachable', `the queue at ${shown} cannot be reached (${reason}): ${question}`);
}

/** A server that does not know AUTH, or HELLO, repeats what came with it. */
function withoutArguments(message: string, password: string | undefined): string {
  const text = message.replace(/,? with args beginning with:.*/s, '');
  return password === undefined ? text : text.replaceAll(password, '***');
}

/** Out of memory, or unable to save: the server goes on as soon as somebody makes room. */
export function isRefusedWrite(error: Error): boolean {
  return /\b(OOM command not allowed|MISCONF|NOREPLICAS|READONLY)\b/.test(error.message);
}

export function isConnectionTrouble(error: Error): boolean {
  return /connection (is|was|has been )?\s*(close|lost|ended)|UNBLOCKED|All sentinels are unreachable|aborted due to connection|EPIPE|ECONN|ETIMEDOUT|Socket timeout|LOADING|pipeline ended early|Stream isn't writeable/i.test(
    error.message,
  );
}

function ignore(): void {}
