/// <reference path="../../undici-parts.d.ts" />
import { Readable } from 'node:stream';
import type { Client } from 'undici';
// undici's own index loads its fetch, WebSocket and caches too, which takes 70 ms of every start.
import UndiciClient from 'undici/lib/dispatcher/client.js';
import type { HttpProxy } from '../../proxy/http-proxy.js';
import { CallError } from '../call-error.js';
import type { FabricCall } from '../fabric.js';
import { Exchange, type ExchangeOptions, type ResponseDecoder } from './exchange.js';
import { ProxiedCalls } from './proxied-calls.js';

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

/** A text, or parts that are sent one after another, with the bytes of all. */
export type RequestBody = string | { readonly parts: readonly Buffer[]; readonly bytes: number };

/** One connection, and what is in flight on it. */
interface Line {
  readonly client: Client;
  exchange: Pick<Exchange<unknown>, 'startedAt' | 'abort'> | undefined;
  isOpen: boolean;
}

/**
 * POSTs over keep-alive connections, one request at a time on each, the last one used first.
 *
 * It uses undici's clients directly, and their `dispatch`: a pool and its `request` take a third longer.
 * One clock serves the time-outs of all calls: an AbortSignal a call halves the calls a second.
 */
export class HttpTransport {
  readonly #lines: Line[] = [];
  readonly #free: Line[] = [];
  /** Requests that wait for a connection: empty unless there are more calls than connections. */
  readonly #waiting: ((line: Line) => void)[] = [];
  readonly #clock: NodeJS.Timeout;
  readonly #proxied: ProxiedCalls | undefined;
  #closed: CallError | undefined;

  constructor(private readonly options: HttpTransportOptions) {
    this.#clock = setInterval(
      () => this.#abortOverdue(),
      Math.max(20, Math.min(500, options.timeoutMs / 10)),
    );
    this.#clock.unref();
    const { proxy, origin } = options;
    this.#proxied = proxy && new ProxiedCalls(proxy, origin, this.#connectTimeoutMs);
  }

  /** Calls that have gone out and have not come back. */
  get inFlight(): number {
    return this.#lines.length - this.#free.length;
  }

  /**
   * Sends `body`, counts the call when it goes out, and resolves with what `decode` makes of the response.
   *
   * @throws CallError `timeout`, `network`, `unreachable`, `aborted`, `bad-answer` for a body that is too
   * large, and whatever `decode` throws.
   */
  post<T>(
    call: FabricCall,
    path: string,
    headers: readonly string[],
    body: RequestBody,
    decode: ResponseDecoder<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const send = (line: Line, ofCall: readonly string[]) => {
        const landed = () => this.#release(line);
        const late = line.isOpen ? undefined : this.#noteLateness();
        const listeners = { call, landed, late };
        const proxied = this.#proxied;
        const read = proxied === undefined ? decode : proxied.decoder(decode);
        const exchange = new Exchange(read, this.options, listeners, resolve, reject);
        line.exchange = exchange;
        const headers = typeof body === 'string' ? ofCall : [...ofCall, 'content-length', String(body.bytes)];
        const sent = typeof body === 'string' ? body : Readable.from(body.parts);
        const request = { method: 'POST' as const, path, headers: headers as string[], body: sent };
        line.client.dispatch(proxied === undefined ? request : proxied.request(request), exchange);
      };
      const line = this.#free.pop() ?? this.#open();
      if (this.#closed !== undefined) reject(this.#closed);
      else if (line !== undefined) send(line, headers);
      else {
        // Headers that wait are a copy: the caller uses the array for its next call.
        const own = [...headers];
        this.#waiting.push((free) => send(free, own));
      }
    });
  }

  /** Ends the calls in flight with `reason`, and all connections. */
  async close(reason: CallError): Promise<void> {
    this.#closed = reason;
    clearInterval(this.#clock);
    for (const { exchange } of this.#lines) exchange?.abort(reason);
    this.#proxied?.close();
    await Promise.all(this.#lines.map(({ client }) => client.destroy()));
  }

  get #connectTimeoutMs(): number {
    return Math.min(this.options.timeoutMs, MAX_CONNECT_MS);
  }

  #noteLateness(): () => void {
    const askedAt = performance.now();
    return () => {
      const lateMs = performance.now() - askedAt;
      if (lateMs > LATE_MS) this.options.onLateStart(lateMs);
    };
  }

  #open(): Line | undefined {
    const { origin, connections, timeoutMs } = this.options;
    if (this.#lines.length >= connections || this.#closed !== undefined) return undefined;
    const client = new UndiciClient(this.#proxied?.origin ?? origin, {
      pipelining: 1,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: this.#proxied?.connect ?? { timeout: this.#connectTimeoutMs },
    });
    const line: Line = { client, exchange: undefined, isOpen: false };
    client.on('connect', () => {
      line.isOpen = true;
    });
    client.on('disconnect', () => {
      line.isOpen = false;
    });
    this.#lines.push(line);
    return line;
  }

  #release(line: Line): void {
    line.exchange = undefined;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(line);
    else next(line);
  }

  #abortOverdue(): void {
    const startedBefore = performance.now() - this.options.timeoutMs;
    for (const { exchange } of this.#lines) {
      if (exchange?.startedAt === undefined || exchange.startedAt > startedBefore) continue;
      exchange.abort(new CallError('timeout', `no answer within ${this.options.timeoutMs} ms`));
    }
  }
}
