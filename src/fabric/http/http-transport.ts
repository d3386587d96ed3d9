import type { HttpProxy } from '../../proxy/http-proxy.js';
import { CallError } from '../call-error.js';
import type { FabricCall } from '../fabric.js';
import { Connection, type RequestBody } from './connection.js';
import { Exchange, type ExchangeOptions, type ResponseDecoder } from './exchange.js';
import { NextTurn } from './next-turn.js';
import { ProxiedCalls } from './proxied-calls.js';
import { requestHead } from './request-head.js';
import { directRoute, type Route } from './route.js';

export interface HttpTransportOptions extends ExchangeOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** On the way to it; undefined: none. */
  readonly proxy: HttpProxy | undefined;
  /** At most this many; one request at a time on each. */
  readonly connections: number;
  /** Of one call, from its first byte out to its last byte in, in ms. */
  readonly timeoutMs: number;
  /** Called when a call went out late because its connection had to be opened first, with the delay in ms. */
  readonly onLateStart: (lateMs: number) => void;
}

/** Longest time for connecting, in ms: short, so that a host that is down is noticed soon. */
const MAX_CONNECT_MS = 10_000;

/** Connections made faster than this do not disturb the pace of calls. */
const LATE_MS = 10;

/** One connection, and what is in flight on it. */
interface Line {
  readonly connection: Connection;
  exchange: Pick<Exchange<unknown>, 'startedAt'> | undefined;
}

/** A request without a connection. */
interface Waiting {
  readonly send: (line: Line) => void;
  readonly reject: (reason: CallError) => void;
}

/**
 * POSTs over keep-alive connections, one request at a time on each, the last one used first.
 *
 * The client is our own, since undici's took half of a run's CPU time (docs/architecture.md); it opens connections.
 * One clock serves the time-outs of all calls: an AbortSignal a call halves the calls a second.
 */
export class HttpTransport {
  readonly #lines: Line[] = [];
  readonly #free: Line[] = [];
  /** Requests that wait for a connection: empty unless there are more calls than connections. */
  readonly #waiting: Waiting[] = [];
  readonly #clock: NodeJS.Timeout;
  readonly #turn = new NextTurn();
  readonly #route: Route;
  readonly #host: string;
  #closed: CallError | undefined;

  constructor(private readonly options: HttpTransportOptions) {
    this.#clock = setInterval(() => this.#look(), Math.max(20, Math.min(500, options.timeoutMs / 10)));
    this.#clock.unref();
    const { proxy, origin } = options;
    const connectTimeoutMs = Math.min(options.timeoutMs, MAX_CONNECT_MS);
    this.#route =
      proxy === undefined
        ? directRoute(origin, connectTimeoutMs)
        : new ProxiedCalls(proxy, origin, connectTimeoutMs);
    this.#host = new URL(this.#route.origin).host;
  }

  /** Calls that have gone out and have not come back. */
  get inFlight(): number {
    return this.#lines.length - this.#free.length;
  }

  /**
   * Sends `body`, counts the call when it goes out, and resolves with what `decode` makes of the response.
   *
   * @throws CallError `timeout`, `network`, `unreachable`, `aborted`, `bad-answer` for a body that is too
   * large, `misconfigured` for a header that cannot be sent, and whatever `decode` throws.
   */
  post<T>(
    call: FabricCall,
    path: string,
    headers: readonly string[],
    body: RequestBody,
    decode: ResponseDecoder<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw this.#closed;
      const request = { head: this.#head(path, headers, body), body };
      const read = this.#route.decoder(decode);
      const send = (line: Line) => {
        const now = performance.now();
        const late = line.connection.isOpen(now) ? undefined : this.#noteLateness(now);
        const listeners = { call, landed: () => this.#release(line), late };
        const exchange = new Exchange(read, this.options, listeners, resolve, reject);
        line.exchange = exchange;
        line.connection.send(request, exchange, now);
      };
      const line = this.#free.pop() ?? this.#open();
      if (line === undefined) this.#waiting.push({ send, reject });
      else send(line);
    });
  }

  /** Ends the calls in flight with `reason`, and all connections. */
  async close(reason: CallError): Promise<void> {
    this.#closed = reason;
    clearInterval(this.#clock);
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
    for (const { connection } of this.#lines) connection.close(reason);
    this.#route.close();
  }

  #head(path: string, headers: readonly string[], body: RequestBody): string {
    const { pathPrefix, headers: ofRoute } = this.#route;
    return requestHead(
      `${pathPrefix}${path}`,
      this.#host,
      ofRoute.length === 0 ? headers : [...ofRoute, ...headers],
      typeof body === 'string' ? Buffer.byteLength(body) : body.bytes,
    );
  }

  #noteLateness(askedAt: number): () => void {
    return () => {
      const lateMs = performance.now() - askedAt;
      if (lateMs > LATE_MS) this.options.onLateStart(lateMs);
    };
  }

  #open(): Line | undefined {
    if (this.#lines.length >= this.options.connections) return undefined;
    const { origin, connect } = this.#route;
    const line: Line = {
      connection: new Connection({ origin, connect, turn: this.#turn }),
      exchange: undefined,
    };
    this.#lines.push(line);
    return line;
  }

  #release(line: Line): void {
    line.exchange = undefined;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(line);
    else next.send(line);
  }

  /** Ends what is overdue, and what nobody needs. */
  #look(): void {
    const now = performance.now();
    for (const { connection, exchange } of this.#lines) {
      if (exchange?.startedAt !== undefined && exchange.startedAt <= now - this.options.timeoutMs)
        connection.abort(new CallError('timeout', `no answer within ${this.options.timeoutMs} ms`));
      else connection.rest(now);
    }
  }
}
