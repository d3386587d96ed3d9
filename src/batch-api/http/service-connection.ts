import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher, Pool } from 'undici';
import sendRequest from 'undici/lib/api/api-request.js';
// undici's own index loads its fetch, WebSocket and caches too, which takes 70 ms of every start.
import UndiciPool from 'undici/lib/dispatcher/pool.js';
import { CallError } from '../../fabric/call-error.js';
import { KeySpellings } from '../../fabric/http/key-spellings.js';
import { secretsOf } from '../../fabric/http/proxied-calls.js';
import { callErrorOfProxy, callErrorOfTransport } from '../../fabric/http/transport-error.js';
import type { HttpProxy } from '../../proxy/http-proxy.js';
import { type ProxiedRoute, proxiedRoute } from '../../proxy/proxied-route.js';
import { BatchApiError } from '../batch-service.js';
import { errorOfTransport } from './errors.js';

export interface ConnectionOptions {
  /** Scheme, host and port: nothing is ever sent elsewhere. */
  readonly origin: string;
  /** Of every request, the key's among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Masked wherever the service repeats it; undefined: none is sent. */
  readonly apiKey: string | undefined;
  /** On the way to the service; undefined: none. */
  readonly proxy: HttpProxy | undefined;
  /** Longest silence of the service, in ms. */
  readonly timeoutMs: number;
}

export type Method = 'GET' | 'POST' | 'DELETE';
export type Headers = Readonly<Record<string, string>>;

/** A body that is read from disk as it goes out. */
export interface StreamedBody {
  readonly contentType: string;
  readonly bytes: number;
  open(): AsyncIterable<Uint8Array>;
}

const CONNECT_MS = 10_000;
/** Uploads, creations, questions and downloads beside each other. */
const CONNECTIONS = 6;
/** What a service may take over hundreds of megabytes before it answers, in terms of the usual timeout. */
const UPLOAD_TIMEOUTS = 10;
/** A word such as `test` is no key; an answer may well hold it. */
const SHORTEST_KEY = 12;

/** The connections to one service: requests go out as they are, once, and only what went wrong is told apart. */
export class ServiceConnection {
  readonly #pool: Pool;
  readonly #route: ProxiedRoute | undefined;
  readonly #closing = new AbortController();
  readonly #secrets: readonly KeySpellings[];
  /** Those that no answer holds by chance. */
  readonly #longSecrets: readonly KeySpellings[];

  constructor(private readonly options: ConnectionOptions) {
    const { origin, proxy, timeoutMs, apiKey = '' } = options;
    const connectMs = Math.min(timeoutMs, CONNECT_MS);
    this.#route =
      proxy && proxiedRoute(proxy, origin, { timeoutMs: connectMs, signal: this.#closing.signal });
    const spellings = (secrets: readonly string[]) => secrets.map((secret) => new KeySpellings(secret));
    this.#longSecrets = spellings([
      ...(apiKey.length >= SHORTEST_KEY ? [apiKey] : []),
      ...(proxy ? secretsOf(proxy) : []),
    ]);
    this.#secrets =
      apiKey.length >= SHORTEST_KEY || apiKey === ''
        ? this.#longSecrets
        : [...this.#longSecrets, ...spellings([apiKey])];
    this.#pool = new UndiciPool(this.#route?.origin ?? origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: this.#route?.connect ?? { timeout: connectMs },
    });
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** @throws BatchApiError, CallError `aborted` where there is no response. */
  send(method: Method, path: string, headers: Headers, json?: string): Promise<Dispatcher.ResponseData> {
    const type: Headers = json === undefined ? {} : { 'content-type': 'application/json' };
    return this.#request({ method, path, headers: { ...type, ...headers }, body: json ?? null });
  }

  upload(path: string, headers: Headers, body: StreamedBody): Promise<Dispatcher.ResponseData> {
    const { contentType, bytes } = body;
    return this.#request({
      method: 'POST',
      path,
      headers: { 'content-type': contentType, 'content-length': String(bytes), ...headers },
      body: Readable.from(body.open(), { objectMode: false }),
      headersTimeout: this.options.timeoutMs * UPLOAD_TIMEOUTS,
    });
  }

  /** An answer without the key. */
  masked(text: string): string {
    return this.#longSecrets.reduce((masked, spellings) => spellings.maskBody(masked), text);
  }

  /** A refusal without the key, however short that is. */
  maskedRefusal(text: string): string {
    return this.#secrets.reduce((masked, spellings) => spellings.maskBody(masked), text);
  }

  /** What was thrown, in terms of a batch API. */
  told(error: unknown): BatchApiError | CallError {
    if (this.isClosed) return stopped();
    if (error instanceof BatchApiError) return error;
    if (error instanceof CallError) return errorOfTransport(error);
    const cause = error instanceof Error ? error : new Error(String(error));
    return errorOfTransport(callErrorOfTransport(cause, this.options.origin));
  }

  /** Ends what is on its way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#pool.destroy(stopped());
  }

  async #request(
    request: Pick<Dispatcher.RequestOptions, 'method' | 'path' | 'headersTimeout' | 'body'> & {
      readonly headers: Headers;
    },
  ): Promise<Dispatcher.ResponseData> {
    if (this.isClosed) throw stopped();
    const headers = {
      accept: 'application/json',
      'user-agent': 'batchai',
      ...this.#route?.headers,
      ...this.options.headers,
      ...request.headers,
    };
    try {
      const response = await sendRequest.call(this.#pool, {
        ...request,
        path: `${this.#route?.pathPrefix ?? ''}${request.path}`,
        headers,
      });
      const proxyError = this.#route?.ownError(response.statusCode, response.headers);
      if (proxyError === undefined) return response;
      response.body.on('error', () => {}).destroy();
      throw callErrorOfProxy(proxyError);
    } catch (error) {
      throw this.told(error);
    }
  }
}

export function stopped(): CallError {
  return new CallError('aborted', 'the run stopped');
}

/** The bytes of a response. Nothing here asks for compressed ones; some gateways compress them all the same. */
export function plainBytes({ headers, body }: Dispatcher.ResponseData): AsyncIterable<Uint8Array> {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return body;
  const decoder =
    encoding === 'gzip' ? createGunzip() : encoding === 'br' ? createBrotliDecompress() : createInflate();
  body.on('error', (error) => decoder.destroy(error));
  return body.pipe(decoder);
}
